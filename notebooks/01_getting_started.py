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
# # 1 快速上手 Getting started
#
# 本笔记本运行两个情景，读目标表，画扇形图和能源结构，改动一个假定并作配对比较，
# 最后追查几个数字的来历。所有概率都以情景和模型为条件；为求快速，这里只用两千次抽样。
#
# This notebook runs two scenarios, reads the target table, draws a fan and the energy mix,
# changes one assumption, compares in pairs, and follows a few numbers to their source. All
# probabilities are conditional on scenario and model. Two thousand draws keep it quick; publish
# nothing on fewer than ten thousand.

# %%
# %matplotlib inline
import pandas as pd
from IPython.display import display

import sim
from sim import figures
from sim.baseyear.pack import load_pack, read_observations
from sim.figures.series import load_series
from sim.scenario import scenario

DRAWS = 2000
run = sim.run(["baseline", "plan"], draws=DRAWS, seed=1)
run.paths

# %% [markdown]
# ## 1.1 目标表 The target table
#
# 每行一个目标。`central` 是中心路径，`p05`—`p95` 包含九成抽样，
# `probability` 是实现目标的抽样比例，`probability_se` 是蒙特卡洛标准误。`baseline` 假定趋势延续、
# 在建项目建成；`plan` 假定专栏27项目和规划措施落实，措施力度多为判断，没有任何参数由目标倒推。
# 碳强度目标规划未印数字，17% 是情景设定。
#
# One row a target. `central` is the central path, nine draws in ten lie between `p05` and `p95`,
# `probability` is the share of draws that meet the target. `baseline` continues trends and
# finishes what is under construction; `plan` builds the projects of box 27 and takes the
# measures, at sizes that are mostly judgements; nothing is solved from a target. The plan prints
# no figure for carbon intensity: 17 % is a setting.

# %%
targets = run.targets()
judged = targets[targets["probability"].notna()]
SHOWN = ["name_zh", "name_en", "printed", "central", "p05", "p95", "probability", "probability_se"]
for name, rows in judged.groupby("scenario", sort=False):
    print(name)
    display(rows.set_index("target_id")[SHOWN].round(3))

# %% [markdown]
# 模型不预测的目标不会被略去，都注明原因。
#
# Targets that the model does not project are listed with the reason, not dropped.

# %%
missing = targets[(targets["scenario"] == "plan") & (targets["modelled"] == "not_modelled")]
print(len(missing), "not modelled 模型不预测")
missing.set_index("target_id")[["name_zh", "name_en", "reason_zh", "reason_en"]].head(8)

# %% [markdown]
# ## 1.2 扇形图 A fan
#
# 线为中心路径，带为分位数。增速的带很宽：全要素生产率趋势是多次修订数据的残差，
# 我们对它知道得并不多。
#
# The line is the central path, the bands are quantiles. The fan of growth is wide because the
# trend of productivity is a residual over years of revised statistics, and little is known about
# it.

# %%
run.plot.fan("gdp_growth", lang="zh")

# %%
run.plot.fan("co2_intensity", lang="en")

# %% [markdown]
# ## 1.3 能源结构 The energy mix
#
# 堆积图用各抽样的均值，因为分位数不能相加。能源按发电煤耗法计量，与规划的非化石占比口径一致。
#
# Stacked areas are means of the draws, since quantiles do not add up. Energy is counted in the
# coal-equivalent method, the one of the plan's non-fossil share.

# %%
run.plot.mix("primary_energy", lang="zh")

# %%
run.plot.mix("electricity_generation", lang="en")

# %% [markdown]
# 账户闭合，读者可以自己核对：分部门增加值之和等于生产总值，分品种能源之和等于总量，
# 发电加净受入等于全社会用电量。
#
# The accounts close, and a reader can check it.

# %%
paths = run.paths
checks = {
    "Σ value added − GDP": paths.value_added.sum("sector") - paths.gdp,
    "Σ primary energy − total": paths.primary_energy.sum("carrier") - paths.energy_total,
    "generation + net import − demand": paths.electricity_generation.sum("technology")
    + paths.electricity_net_import
    - paths.electricity_demand,
    "Σ CO2 by sector − total": paths.co2.sum("energy_sector") - paths.co2_total,
}
worst = {name: float(abs(gap).max()) for name, gap in checks.items()}
assert max(worst.values()) < 1e-6
pd.Series(worst, name="largest gap")

# %% [markdown]
# ## 1.4 改动一个假定 Change one assumption
#
# 问题：如果五年内一台海上风机也不建，会怎样？`set` 返回一个副本，原情景不变。随机数种子相同，
# 所以两次运行的第17次抽样遇到同样的运气，差异是配对的。
#
# What if not one offshore turbine is built in five years? `set` returns a copy. The seed is the
# same, so draw 17 of both runs meets the same luck, and the difference is paired.

# %%
plan = scenario("plan")
onshore_only = sim.run(plan.set({"energy.offshore_wind.build_gw": 0}), draws=DRAWS, seed=1)
change = (onshore_only.draws - run.draws.sel(scenario=["plan"])).sel(scenario="plan", year=2030)


def paired(name: str) -> dict[str, object]:
    drawn = change[name]
    attributes = run.paths[name].attrs
    return {
        "指标": attributes["long_name_zh"],
        "indicator": attributes["long_name"],
        "unit": attributes["units"],
        "mean": drawn.mean().item(),
        "error": drawn.std(ddof=1).item() / DRAWS**0.5,
        "p05": drawn.quantile(0.05).item(),
        "p95": drawn.quantile(0.95).item(),
    }


OUTPUTS = ["non_fossil_share", "clean_capacity_share", "coal_consumption", "co2_target_scope"]
pd.DataFrame([paired(name) for name in OUTPUTS]).round(4)

# %% [markdown]
# ## 1.5 配对比较 A paired comparison
#
# `compare` 对同一次运行中的两个情景逐次抽样相减。配对的误差远小于把两个情景当作独立样本的误差：
# 两个情景共享绝大部分不确定性。
#
# `compare` subtracts two scenarios of one run draw by draw. The error is far smaller than that of
# two independent samples, because the scenarios share most of what is uncertain.

# %%
difference = run.compare("plan", "baseline").set_index("variable")
difference.loc[
    ["gdp_growth", "manufacturing_share", *OUTPUTS, "co2_intensity_reduction"],
    ["name_zh", "unit", "central", "mean", "mean_se", "p05", "p95", "share_above_zero"],
].round(4)

# %%
levels = run.draws["non_fossil_share"].sel(year=2030)
unpaired = float((levels.var("draw", ddof=1).sum() / DRAWS) ** 0.5)
error = difference.loc["non_fossil_share", "mean_se"]
print(
    f"error of the difference, paired 配对: {error:.5f}; as if independent 若独立: {unpaired:.5f}"
)

# %% [markdown]
# ## 1.6 一个数从哪里来 Where a number comes from
#
# **杠杆**：情景中的每个取值都有出处。`002:1429` 指文件名以002开头的文件第1429行；
# “judgement on size”表示文件宣布了措施而没有说明力度，力度是判断。
#
# **A lever.** Every value of a scenario has an origin. `002:1429` is line 1429 of the document
# whose name begins with 002; *judgement on size* marks a measure that a document announces
# without its size.

# %%
resolved = plan.resolve(load_pack())
for lever in ("units.xudabao_5.included", "energy.wind.build_gw", "growth.tfp_growth"):
    origin = resolved.origin(lever)
    print(f"{lever}\n  {origin.kind}: {origin.place}\n  {origin.source}")

# %% [markdown]
# 规划情景有多少取值靠判断，可以数出来。
#
# How much of the plan scenario is judgement can be counted.

# %%
provenance = resolved.provenance()
own = provenance[provenance["origin"].isin(["file", "extended"])]
judged_sizes = own["source"].str.contains("judgement")
print(f"{len(own)} values set, {judged_sizes.sum()} with a judgement 其中含判断")

# %% [markdown]
# **文件数据**：目标来自文件的哪一行、原文怎样印、是约束性还是预期性。
#
# **A figure.** The line that prints a target, the numeral as it stands, binding or expected.

# %%
share = figures.figure("002-220-manufacturing_share-2030")
base = figures.figure("002-220-manufacturing_share-2025")
pd.DataFrame([row.model_dump() for row in (base, share)]).T

# %% [markdown]
# **基年观测**：2025年的账户并未全部公布，是在全部恒等式下与所有观测最相符的解。每个观测都有σ、
# 协调值和以σ计的残差 z。
#
# **An observation of the base year.** The accounts of 2025 are not all published: they are the
# solution that agrees best with everything known under all identities. Each observation has its
# σ, the reconciled value, and its residual z in units of σ.

# %%
observed = read_observations()
columns = ["variable", "label", "observed", "sigma", "reconciled", "z", "unit", "kind", "source"]
observed[observed["variable"].isin(["gdp", "electricity_demand", "non_fossil_share"])][columns]

# %%
print(observed["kind"].value_counts().to_string())
print("largest |z| 最大残差:", round(float(observed["z"].abs().max()), 2))

# %% [markdown]
# **统计序列**：文件以外的数据逐年逐口径列出来源。
#
# **A series** from outside the documents, with vintage and source.

# %%
series = load_series()
series[(series["variable"] == "gdp_growth") & (series["year"] >= 2021)].drop(columns="note")

# %% [markdown]
# ## 1.7 接下来 Next
#
# 第二个笔记本追问：这些目标彼此一致吗，与过去一致吗？
# `scenarios/` 中的三个脚本各回答一个政策问题；用户指南说明怎样编写情景文件、怎样理解概率。
#
# The second notebook asks whether the targets are consistent with each other and with the past.
# The scripts in `scenarios/` answer one policy question each; the user guide tells how to write a
# scenario and how to read a probability.
