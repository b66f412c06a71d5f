# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 3 投入产出分析 Input–output analysis
#
# 本笔记本用内置的辽宁2025年投入产出表回答四个问题：产业集群的需求带动多少增加值、就业、能源和排放；
# 流出省外的产品隐含多少碳；碳价如何影响各部门成本；经济在多大程度上依赖钢铁、石化和汽车。
#
# Four questions answered with the bundled table of 2025: what demand for a cluster's products
# does for GDP, jobs, energy and CO2; what carbon leaves the province in outflow; what a
# carbon price does to costs; how much hangs on steel, petrochemicals and vehicles.

# %%
import numpy as np
import pandas as pd
from IPython.display import display

from models.inputoutput import flq, slq
from models.inputoutput.regional import regional_coefficients
from sim.assess.input_output import (
    carbon_price_costs,
    cluster_effects,
    dependence,
    embodied_carbon,
    outflow_carbon_by_product,
)
from sim.assess.province_table import bundled_table

table = bundled_table()
local = table.local()
print(table)
print(table.preflight())

# %% [markdown]
# ## 3.1 本地乘数与全部乘数 Local and total multipliers
#
# 表中流量含省外流入和进口品。若不剔除，乘数会把省外的产出算作本省。
#
# The flows include what is bought outside the province. Multipliers that count it credit the
# province with work done elsewhere.

# %%
compared = pd.DataFrame(
    {
        "total": table.multipliers().to_numpy(),
        "local": local.multipliers().to_numpy(),
        "local, with wages spent": local.multipliers(type=2).to_numpy(),
    },
    index=list(table.sectors),
)
assert (compared["total"] >= compared["local"]).all()
compared.describe().loc[["mean", "min", "max"]].round(2)

# %% [markdown]
# ## 3.2 各产业集群1亿元需求 100 million CNY of demand for each cluster
#
# `same_as` 列出在42部门下无法区分的集群：结果相同不是发现，而是分类所限。就业为估算。
#
# `same_as` lists clusters that 42 sectors cannot tell apart: equal results are no finding.
# Jobs are an estimate.

# %%
effects = cluster_effects(table).set_index("name_en")
columns = ["sectors", "gdp", "jobs", "energy", "co2", "same_as"]
display(effects[columns].sort_values("co2", ascending=False).round(2))

# %% [markdown]
# ## 3.3 为谁排放 For whom the province emits

# %%
carbon = embodied_carbon(table).set_index("final_use")
display(carbon[["embodied", "direct", "total", "share"]].round(3))
by_product = outflow_carbon_by_product(table).set_index("name_en")
display(by_product.nlargest(6, "by_product")[["sales", "by_product", "by_emitter"]].round(1))
assert np.isclose(by_product["by_product"].sum(), by_product["by_emitter"].sum())
print(f"outflow to other provinces holds {carbon.loc['outflow', 'share']:.0%} of all emissions")

# %% [markdown]
# ## 3.4 每吨100元碳价 A carbon price of 100 CNY a tonne

# %%
costs = carbon_price_costs(table, price=100.0).set_index("name_en")
display(costs.nlargest(6, "cost")[["payment", "direct", "cost", "surplus_share"]].round(4))
half = carbon_price_costs(table, price=100.0, pass_through=0.5).set_index("name_en")
print(f"all sectors pay {costs['payment'].sum():.0f} 亿元")
assert (half["price"] <= costs["price"]).all()

# %% [markdown]
# ## 3.5 对钢铁、石化、汽车的依赖 What hangs on steel, petrochemicals and vehicles
#
# 假想抽取：买方从别处获得这些产品，没有部门因缺少投入而停产，因此不是突然停产的损失。
#
# Hypothetical extraction: buyers find the products elsewhere, so this is not the cost of a
# sudden stop.

# %%
display(dependence(table).set_index("name_en").select_dtypes("number").round(3))

# %% [markdown]
# ## 3.6 区位商与 δ 的不确定性 Location quotients and the uncertain δ
#
# 没有省级表时，可由全国系数和区位商推算。δ 没有观测值：给出抽样，结果便是分布。
# 这里的地区规模为虚构，仅作演示；与官方2017年表的比较见 docs/methods/input_output.md。
#
# Without a provincial table, national coefficients and quotients give an estimate. δ is not
# observed: given as draws, results are distributions. The numbers below are a demonstration
# on made-up sizes; the test against the official table of 2017 stands in the methods page.

# %%
nation = pd.Series(table.output.to_numpy(), list(table.sectors))
rng = np.random.default_rng(1)
region = nation * rng.uniform(0.02, 0.06, nation.size)
deltas = rng.normal(0.2, 0.05, 200).clip(0.05, 0.4)
coefficients = pd.DataFrame(local.coefficients, list(table.sectors), list(table.sectors))
draws = regional_coefficients(coefficients, flq(region, nation, deltas))
share = draws.sum("input") / coefficients.sum().to_numpy()
print(f"largest specialisation: SLQ {slq(region, nation).max():.2f}")
print("share of inputs kept in the region, 5–95 %:", np.round(np.quantile(share, [0.05, 0.95]), 2))
