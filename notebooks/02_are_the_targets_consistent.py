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
# # 2 各项目标彼此一致吗，与过去一致吗？ Are the targets consistent?
#
# 规划同时提出增长、结构、能源和碳的目标。三种检验：印出来的数字本身的算术；
# 情景 `plan` 下各目标单独与同时实现的概率；某一目标若要实现，其余需要怎样。
# 本笔记本中的结论以情景 `plan` 和本模型为条件，宽度多为判断，数字随抽样略有变动。
#
# The plan sets targets for growth, structure, energy and carbon at once. Three tests: the
# arithmetic of the printed figures; the probabilities in the scenario `plan`, alone and together;
# what a target would need. Everything below is conditional on that scenario and on this model,
# whose widths are mostly judgements.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display

import sim
from sim.assess.reach import TARGETS, reach
from sim.assess.register import load_targets
from sim.assess.targets import joint
from sim.ensemble.effects import input_effects
from sim.ensemble.inputs import read_inputs
from sim.figures.command import audit_table
from sim.figures.series import series
from sim.publish.style import styled
from sim.scenario import read_units, scenario

DRAWS = 2000
plan = scenario("plan")
run = sim.run(plan, draws=DRAWS, seed=1)
draws = run.draws.sel(scenario="plan")
path = run.paths.sel(scenario="plan")
targets = run.targets().set_index("target_id")
judged = targets[targets["probability"].notna()]


def percent(value: float, digits: int = 1) -> str:
    return f"{100 * float(value):.{digits}f}%"


# %% [markdown]
# ## 2.1 数字本身的算术 The arithmetic of the printed figures
#
# 审核不需要模型，只用五份文件印出的数字（少数用到外部统计序列）。下面列出与目标一致性有关的条目：
# 第一年定得低，后四年就要更快；制造业占比上升要求制造业快于经济，而服务业目标又与经济同速，
# 余下的行业只能放慢；装机占比目标比消费占比目标要求多得多；过去两年的年度目标大多没有完成。
#
# The audit needs no model, only the figures as printed. A low first year asks for faster ones
# after; a rising manufacturing share asks for manufacturing faster than GDP while services keep
# pace with GDP, so the rest must slow; the capacity share asks for far more than the consumption
# share; most annual targets of the last two years were missed.

# %%
ABOUT_TARGETS = [
    *("growth_after_first_year", "earlier_plan_average", "manufacturing_growth"),
    *("remaining_sectors", "services_slow_down", "labour_productivity", "flat_co2"),
    *("non_fossil_growth", "clean_capacity", "clean_and_non_fossil", "production_capacity"),
    *("targets_and_outcomes", "falling_targets", "targets_already_met"),
]
for chinese, english in zip(audit_table("zh"), audit_table("en"), strict=True):
    if english["check"] in ABOUT_TARGETS:
        display(
            Markdown(
                f"**{chinese['title']} {english['title']}** ({english['severity']})\n\n"
                f"{chinese['explanation']}\n\n{english['explanation']}"
            )
        )

# %% [markdown]
# ## 2.2 与过去相比 Against the past
#
# 规划要求2026—2030年年均5%左右。把已公布的逐年增速连成五年窗口，
# 看看历史上有多少个窗口达到4.5%（“左右”的下沿）或5%。2005—2014年的公布增速后来被大幅下修，
# 不宜当作常态；近十年的窗口更有参考意义。
#
# The plan asks for about 5 % a year. How many five-year windows of released growth reached it?
# Growth of 2005–2014 was revised down heavily later, so the last ten windows say more than the
# long record.

# %%
released = series("gdp_growth", "released")
windows = np.expm1(np.log1p(released).rolling(5).mean()).dropna()
recent = windows[windows.index >= 2016]
pd.DataFrame(
    {
        "windows 窗口数": [len(windows), len(recent)],
        "≥ 4.5%": [int((windows >= 0.045).sum()), int((recent >= 0.045).sum())],
        "≥ 5%": [int((windows >= 0.05).sum()), int((recent >= 0.05).sum())],
    },
    index=["all 全部", "ending 2016–2025 终于2016—2025年"],
)

# %%
(100 * recent).round(2).rename("five-year average to the year, % 五年平均")

# %% [markdown]
# ## 2.3 单独与同时 Alone and together
#
# 同一次抽样中同时实现的概率，与各自概率之积相比：比值大于1的目标彼此促进，小于1的彼此掣肘；
# 几乎必然实现的目标，比值必然接近1。增长类目标往往一起实现，却与石油达峰、
# 清洁电量覆盖增量相掣肘；制造业占比与服务业增速、清洁装机占比相掣肘。
# 所以“各项目标多半可能”不等于“一起可能”。
#
# The probability of meeting two targets in the same draw, over the product of the single ones:
# above 1 they go together, below 1 they get in each other's way; a target that is nearly certain
# must be near 1. The growth targets are met together, and against the peak of oil and the cover
# of new demand by clean power; the manufacturing share stands against services growth and the
# clean capacity share.

# %%
judged[["name_zh", "name_en", "printed", "central", "probability", "probability_se"]].round(3)

# %%
together = joint(run)
together[together["set"] != "pair"][
    ["set", "count", "probability", "probability_se", "independent"]
]

# %% [markdown]
# “全部”取决于清单有多长。逐个加入目标，看概率在哪一步下降。
#
# *All* depends on how long the list is. Adding the targets one by one shows which of them cost
# most.

# %%
ORDER = [
    *("non_fossil_share_2030", "co2_intensity_reduction_plan", "co2_peak_before_2030"),
    *("gdp_growth_plan", "services_growth_plan", "rd_growth_plan"),
    *("clean_capacity_share_2030", "manufacturing_share_2030"),
]
steps = joint(run, sets=[ORDER[: count + 1] for count in range(len(ORDER))])
steps.index = [f"+ {judged.loc[name, 'name_zh']} {name}" for name in ORDER]
steps[["probability", "probability_se", "independent"]].round(3)

# %%
pairs = together[together["set"] == "pair"].copy()
pairs[["first", "second"]] = pairs["targets"].str.split(";", expand=True)
telling = judged.index[judged["probability"].between(0.02, 0.98)]  # a certain target tells nothing
pairs = pairs[pairs["first"].isin(telling) & pairs["second"].isin(telling)]
pairs["ratio"] = pairs["probability"] / pairs["independent"]
ratio = pairs.pivot(index="first", columns="second", values="ratio")
ratio = ratio.reindex(index=telling, columns=telling)
ratio = ratio.combine_first(ratio.T).loc[telling, telling]
PERIODS = ("（2026—2030年）", "（现价）", "（2030年比2029年）")
names = []
for count, name in enumerate(telling, start=1):
    short_name = judged.loc[name, "name_zh"]
    for words in PERIODS:
        short_name = short_name.replace(words, "")
    names.append(f"{short_name} {count}")
with styled("zh"):
    figure, axes = plt.subplots(figsize=(8.5, 5.5), layout="constrained")
    image = axes.imshow(np.log2(ratio.astype(float)), cmap="RdBu", vmin=-2, vmax=2)
    axes.set_xticks(range(len(names)), range(1, len(names) + 1))
    axes.set_yticks(range(len(names)), names)
    axes.grid(False)
    for (row, column), value in np.ndenumerate(ratio.to_numpy(dtype=float)):
        if np.isfinite(value):
            colour = "white" if abs(np.log2(value)) > 1.2 else "black"
            style = {"ha": "center", "va": "center", "fontsize": 8, "color": colour}
            axes.text(column, row, f"{value:.1f}", **style)
    axes.set_title("同时实现的概率 ÷ 各自概率之积  joint over product")
    plt.show()

# %% [markdown]
# ## 2.4 制造业占比24%需要什么 What 24 % manufacturing needs
#
# 规划的占比是现价口径，制造业产品相对价格下降会压低占比：现价与不变价两个占比之差就是价格的作用。
# 闭合方式也起作用：向省外多卖会提高占比，在省内多用会降低占比；每次抽样中调整的方向不同，
# 所以两种极端并列给出。最后比较达到23.5%的抽样与全部抽样：达标的抽样在哪些方面不同。
#
# The plan's share is at current prices, and falling relative prices of manufactures lower it: the
# gap between the shares at current and at constant prices is the effect of prices. The closure
# matters too: selling more outside raises the share, using more at home lowers it, and the
# direction of the adjustment differs from draw to draw, so both extremes stand beside it. Then:
# how do the draws that meet 23.5 % differ from all draws?

# %%
shares = [name for name in path.data_vars if str(name).startswith("manufacturing_share")]
pd.DataFrame(
    {
        path[name].attrs["long_name_zh"] + " " + path[name].attrs["long_name"]: {
            "2025": percent(path[name].sel(year=2025)),
            "2030 central 中心": percent(path[name].sel(year=2030)),
            "p05": percent(draws[name].sel(year=2030).quantile(0.05)),
            "p95": percent(draws[name].sel(year=2030).quantile(0.95)),
            "P(≥ 23.5%)": percent((draws[name].sel(year=2030) >= 0.235).mean()),
        }
        for name in shares
    }
).T

# %%
run.plot.fan("manufacturing_share", lang="zh")

# %%
ready = draws["manufacturing_share"].sel(year=2030) >= 0.235
period = draws.sel(year=slice(2026, 2030))
traits = {
    "GDP growth 经济增速, %": 100 * period["gdp_growth"].mean("year"),
    "industry growth 工业增速, %": 100 * period["industry_growth"].mean("year"),
    "services growth 服务业增速, %": 100 * period["services_growth"].mean("year"),
    "share at constant prices 不变价占比, %": 100
    * draws["manufacturing_share_constant"].sel(year=2030),
    "price effect 价格作用, points": 100
    * (draws["manufacturing_share"] - draws["manufacturing_share_constant"]).sel(year=2030),
    "net outflow over GDP 净流出, %": 100 * draws["external_balance_share"].sel(year=2030),
    "CO2 intensity fall 碳强度降幅, %": 100 * draws["co2_intensity_reduction"].sel(year=2030),
}
pd.DataFrame(
    {
        name: {
            "all draws 全部": value.mean().item(),
            "draws with ≥ 23.5% 达标": value.where(ready, drop=True).mean().item(),
        }
        for name, value in traits.items()
    }
).T.round(2).assign(n=[f"{DRAWS} / {int(ready.sum())}"] + [""] * (len(traits) - 1))

# %% [markdown]
# 反过来问：省外对全部制造业产品的需求每年要多增长多少，中心路径才到23.5%？下面逐档提高外需，
# 其他不变。这不是建议，只说明量级。
#
# The other way round: by how much would outside demand for all manufactures have to grow faster
# for the central path to reach 23.5 %? Not advice, only the size of it.

# %%
MANUFACTURES = (
    *("food_light", "petrochemicals", "building_materials"),
    *("steel_metals", "machinery", "vehicles", "electronics"),
)
rows = {}
for extra in (0.0, 0.01, 0.02, 0.03, 0.04):
    faster = plan.set({f"demand.external_growth.{g}": f"base + {extra}" for g in MANUFACTURES})
    end = sim.run(faster, draws=1).paths.sel(scenario="plan", year=2030)
    rows[f"+{100 * extra:.0f} points a year 个百分点/年"] = {
        "manufacturing share 占比": percent(end["manufacturing_share"]),
        "CO2 intensity fall 碳强度降幅": percent(end["co2_intensity_reduction"]),
        "non-fossil share 非化石占比": percent(end["non_fossil_share"]),
    }
pd.DataFrame(rows).T

# %% [markdown]
# ## 2.5 非化石21%与清洁装机70% 21 % non-fossil energy and 70 % clean capacity
#
# 两个目标相差悬殊。装机占比是存量中的比例，分母里的煤电只增不减时，提高一个百分点要许多吉瓦；
# 消费占比只看发出的电。因此，达到70%装机的抽样，非化石占比几乎总是远超21%；反之，21%达到了，
# 70%多半没有达到。若70%是真目标，21%就偏低；若21%是真目标，70%就不必要。
#
# The two are far apart. As long as coal capacity does not shrink, a point of the capacity share
# takes many gigawatts. Draws with 70 % clean capacity nearly always have far more than 21 %
# non-fossil energy, while draws with 21 % mostly miss 70 %. If 70 % is meant, 21 % is low; if 21
# % is meant, 70 % is not needed.

# %%
clean = draws["clean_capacity_share"].sel(year=2030)
fossil_free = draws["non_fossil_share"].sel(year=2030)
both = joint(run, sets=[["clean_capacity_share_2030", "non_fossil_share_2030"]]).iloc[0]
back = joint(run, sets=[["non_fossil_share_2030", "clean_capacity_share_2030"]]).iloc[0]
pd.Series(
    {
        "P(21% | 70%)": percent(both["given_first"]),
        "P(70% | 21%)": percent(back["given_first"]),
        "non-fossil share, all draws 全部抽样": percent(fossil_free.mean()),
        "non-fossil share where clean ≥ 70% 装机达标时": percent(
            fossil_free.where(clean >= 0.70).mean()
        ),
        "lowest of those 其中最低": percent(fossil_free.where(clean >= 0.70).min()),
    }
)

# %%
with styled("zh"):
    figure, axes = plt.subplots(figsize=(6.5, 4.5), layout="constrained")
    axes.scatter(100 * fossil_free, 100 * clean, s=4, alpha=0.35, linewidths=0)
    axes.axvline(21, color="0.3", lw=1)
    axes.axhline(70, color="0.3", lw=1)
    axes.set_xlabel("非化石能源占比 non-fossil share, 2030, %")
    axes.set_ylabel("清洁能源装机占比 clean capacity share, 2030, %")
    plt.show()

# %% [markdown]
# 情景 `plan` 的非化石占比为什么远高于21%？看能源从哪里来：核电四台机组投产，
# 风光每年新增装机照2025年的速度，而能源总量增长不快。若这些建设有一部分落空，或总量增长更快，
# 占比就向21%靠近；末行给出总量要到多少，占比才降到21%。
#
# Why is the non-fossil share of `plan` so far above 21 %? Four nuclear units come, wind and PV
# keep the pace of 2025, and total energy grows slowly. If part of that is not built, or energy
# use grows faster, the share comes down; the last row tells how large total energy would have to
# be for 21 %.

# %%
energy = path["primary_energy"].sel(year=[2025, 2030]).to_pandas().T
energy.insert(0, "名称", path["carrier_name_zh"].to_series())
energy.loc["total"] = ["能源总量", *path["energy_total"].sel(year=[2025, 2030]).values]
free = path["non_fossil_share"] * path["energy_total"]
energy.loc["non_fossil"] = ["其中非化石", *free.sel(year=[2025, 2030]).values]
energy.loc["total_for_21%"] = ["占比21%所对应的总量", np.nan, float(free.sel(year=2030)) / 0.21]
energy["change 变化, Mtce"] = energy[2030] - energy[2025]
energy.round(1)

# %% [markdown]
# 中心路径离70%差多少装机？“清洁”在规划中没有定义，这里用与2025年两个公布占比最相符的定义（核电、
# 水电、抽水蓄能、风、光、生物质，占新型储能以外的全部装机）。设差额为 x 吉瓦：
# (清洁 + x) / (全部 + x) = 70%。
#
# How many gigawatts short is the central path? *Clean* is not defined in the plan; the definition
# used is the one that fits the two published shares of 2025 best. With x gigawatts more, (clean +
# x) / (all + x) = 70 %.

# %%
capacity = path["electricity_capacity"]
in_scope = capacity.drop_sel(technology="storage").sum("technology")
clean_gw = path["clean_capacity_share"] * in_scope
short = float((0.70 * in_scope - clean_gw).sel(year=2030) / 0.30)
renewables = capacity.sel(technology=["wind_onshore", "wind_offshore"]).sum("technology")
renewables = renewables + capacity.sel(technology=["solar_utility", "solar_distributed"]).sum(
    "technology"
)
built = float(renewables.sel(year=2030) - renewables.sel(year=2025)) / 5
print(f"short of 70% 差额: {short:.1f} GW, {short / 5:.1f} GW a year 每年")
print(f"wind and PV built in `plan` 规划情景风光年均新增: {built:.1f} GW a year")

# %%
more = plan.set(
    {
        "energy.wind.build_gw": f"base + {short / 10}",
        "energy.solar.build_gw": f"base + {short / 10}",
    }
)
bigger = sim.run(more, draws=DRAWS, seed=1)
end = bigger.paths.sel(scenario="plan", year=2030)
reached = bigger.targets().set_index("target_id")["probability"]
pd.DataFrame(
    {
        "plan 规划情景": {
            "clean capacity share 清洁装机占比": percent(
                path["clean_capacity_share"].sel(year=2030)
            ),
            "non-fossil share 非化石占比": percent(path["non_fossil_share"].sel(year=2030)),
            "curtailment 弃风弃光率": percent(path["curtailment"].sel(year=2030)),
            "P(70%)": percent(judged.loc["clean_capacity_share_2030", "probability"]),
            "P(21%)": percent(judged.loc["non_fossil_share_2030", "probability"]),
        },
        f"+{short / 5:.1f} GW a year 每年": {
            "clean capacity share 清洁装机占比": percent(end["clean_capacity_share"]),
            "non-fossil share 非化石占比": percent(end["non_fossil_share"]),
            "curtailment 弃风弃光率": percent(end["curtailment"]),
            "P(70%)": percent(reached["clean_capacity_share_2030"]),
            "P(21%)": percent(reached["non_fossil_share_2030"]),
        },
    }
)

# %% [markdown]
# ## 2.6 2026年之后需要多快 The growth needed after 2026
#
# 2026年目标4.5%左右，五年平均5%左右。2026年每低一个百分点，后四年平均要多0.25个百分点。
# 按“左右”的下沿（4.5%）算，后四年只需保持4.5%；按5%算，就要5.1%以上。
# 下表把抽样按2026年的结果分组：开局不同，五年平均达标的概率相差多少。
#
# The target of 2026 is about 4.5 %, that of the five years about 5 %. Each point less in 2026
# asks for a quarter point more in each of the four years after. The table sorts the draws by how
# 2026 ends.

# %%
start = draws["gdp_growth"].sel(year=2026)
average = np.expm1(np.log1p(period["gdp_growth"]).mean("year"))
rest = np.expm1(np.log1p(draws["gdp_growth"].sel(year=slice(2027, 2030))).mean("year"))


def needed(first: float, goal: float) -> float:
    return ((1 + goal) ** 5 / (1 + first)) ** 0.25 - 1


edges = [-np.inf, 0.0, 0.02, 0.035, 0.045, 0.06, np.inf]
labels = ["< 0", "0–2%", "2–3.5%", "3.5–4.5%", "4.5–6%", "> 6%"]
groups = pd.cut(start.to_series(), edges, labels=labels, right=False)
frame = pd.DataFrame(
    {
        "growth 2026 增速": start.to_series(),
        "growth 2027–30 后四年": rest.to_series(),
        "P(average ≥ 4.5%)": (average >= 0.045).to_series().astype(float),
        "P(average ≥ 5%)": (average >= 0.05).to_series().astype(float),
    }
)
table = frame.groupby(groups, observed=False).mean()
table["needed for 4.5% 需要"] = [needed(value, 0.045) for value in table.iloc[:, 0]]
table["needed for 5% 需要"] = [needed(value, 0.05) for value in table.iloc[:, 0]]
table.insert(0, "draws 抽样", groups.value_counts().reindex(labels))
table.round(3)

# %% [markdown]
# ## 2.7 什么决定每个目标 What drives each target
#
# 每次只移动一个不确定参数，其余取中位数，看指标变化多少。逐年抽取的参数（随机游走、自回归、
# 逐年独立）若每年都放在一个标准差，其联合概率远小于一个标准差的常数参数；
# 这里把它们除以年数的平方根，使每根条代表驱动它的随机数的一个标准差。条形表示方向与大小，
# 不是方差份额；相关性也没有计入。
#
# One uncertain input at a time, the others at their medians. An input drawn every year, put at
# one standard score in every year, would be far rarer than a constant at one: such inputs are
# scaled by the square root of the number of years, so that each bar is one standard deviation of
# what drives it. Bars show direction and size, not shares of variance; correlations are left out.

# %%
inputs = {item.name: item for item in read_inputs()}
effects = input_effects("plan").set_index(["input", "variable", "year"])["effect"]

units = {f"slip_{unit.name}": f"{unit.name_zh}推迟" for unit in read_units()}
label = {name: item.name_zh for name, item in inputs.items()} | units

DRIVEN = {
    "gdp": "2030年生产总值 GDP 2030, %",
    "manufacturing_share": "制造业占比 manufacturing share, points",
    "non_fossil_share": "非化石占比 non-fossil share, points",
    "clean_capacity_share": "清洁装机占比 clean capacity share, points",
    "co2_intensity_reduction": "碳强度降幅 fall of CO2 intensity, points",
    "energy_production_capacity": "能源综合生产能力 production capacity, Mtce",
}
with styled("zh"):
    figure, panels = plt.subplots(3, 2, figsize=(11, 10), layout="constrained")
    for axes, (variable, title) in zip(panels.flat, DRIVEN.items(), strict=True):
        one = effects.xs((variable, 2030), level=("variable", "year"))
        unit = path[variable].attrs["units"]
        size = 100 / float(path["gdp"].sel(year=2030)) if variable == "gdp" else 1.0
        one = one * (100 if unit == "1" else size)
        top = one.reindex(one.abs().nlargest(8).index)[::-1]
        shown = [label[name] for name in top.index]
        axes.barh(shown, top, color=["#c46210" if value < 0 else "#1f5a8a" for value in top])
        axes.axvline(0, color="0.3", lw=0.8)
        axes.set_title(title, fontsize=10, loc="left")
        axes.grid(False, axis="y")
    plt.show()

# %% [markdown]
# 其中多少靠判断？列出每个目标前五个参数的宽度来源。
#
# How much of this is judgement? The kind of width behind the five largest of each.

# %%
lines = []
for variable in DRIVEN:
    one = effects.xs((variable, 2030), level=("variable", "year"))
    leading = [name for name in one.abs().nlargest(5).index if name in inputs]
    kinds = pd.Series([inputs[name].kind for name in leading]).value_counts()
    lines.append({"variable": variable, "largest 最大": label[leading[0]], **kinds})
pd.DataFrame(lines).set_index(["variable", "largest 最大"]).fillna(0).astype(int)

# %% [markdown]
# ## 2.8 两种闭合的极端 Both extremes of the closure
#
# 供给主导（默认）：增长核算给出产出，需求按权重在省内与省外之间调整；权重为1或0就是两个极端。
# 需求主导：最终需求决定产出，与潜在产出之差另行报告。下表说明答案里有多少来自闭合假定：
# 增长和非化石目标的概率变化不大，制造业占比的概率变化大，储蓄率与净流出随之不同。
#
# Supply-led (the default): growth accounting gives output, and demand is adjusted at home and
# outside by a weight, whose ends are 1 and 0. Demand-led: final demand decides, and the gap to
# potential is reported. The table shows how much of the answer is the closure: little of growth
# and of the non-fossil share, much of the manufacturing share.

# %%
CLOSURES = {
    "supply-led, weights as given 供给主导": {},
    "supply-led, all domestic 全部省内": {"closure.weight_domestic": 1},
    "supply-led, all external 全部省外": {"closure.weight_domestic": 0},
    "demand-led 需求主导": {"closure.kind": "demand_led"},
}
rows = {}
for name, change in CLOSURES.items():
    other = sim.run(plan.set(change), draws=1000, seed=1)
    chance = other.targets().set_index("target_id")["probability"]
    last = other.draws.sel(scenario="plan", year=2030)
    rows[name] = {
        "P(growth 增长 ≈5%)": percent(chance["gdp_growth_plan"]),
        "P(manufacturing 制造业 ≈24%)": percent(chance["manufacturing_share_2030"]),
        "P(non-fossil 非化石 21%)": percent(chance["non_fossil_share_2030"]),
        "share 2030 占比, mean": percent(last["manufacturing_share"].mean()),
        "net outflow 净流出 / GDP": percent(last["external_balance_share"].mean()),
        "saving rate 储蓄率": percent(last["saving_rate"].mean()),
        "output gap 产出缺口": percent(last["output_gap"].mean()),
    }
pd.DataFrame(rows).T

# %% [markdown]
# ## 2.9 哪些能源目标可以同时实现 Which energy targets fit together
#
# 非化石占比、清洁装机、能源综合生产能力、新增清洁电量覆盖新增用电、碳强度、碳达峰、煤炭达峰：
# 在情景 `plan` 的增速和年均5%的增速下，风光新增装机须为规划情景的几倍，才能在中心路径上一并实现？
# 右侧两列为全部抽样中同时实现的概率：按规划建设，与按该倍数建设。
#
# Non-fossil share, clean capacity, production capacity, clean growth covering demand growth,
# carbon intensity, peaks of CO2 and coal: by how much must the wind and PV builds of `plan` be
# multiplied for the central path to meet them, at the growth of the scenario and at 5 % a year?
# The columns at the right are probabilities over the draws: with the builds as planned, and with
# that factor. The record page of the documentation shows all combinations of all but one.

# %%
found = reach(plan, draws=512)
names = {item.target_id: f"{item.name_zh} {item.name_en}" for item in load_targets()}
table = found.combinations[found.combinations["count"].isin([1, len(TARGETS)])]
pd.DataFrame(
    {
        "targets 目标": [names.get(text, "全部目标 all of them") for text in table["targets"]],
        "growth 增速": [percent(value) for value in table["growth"]],
        "factor 倍数": table["multiple"].round(2).values,
        "wind, GW a year 风电": table["wind_gw"].round(1).values,
        "PV, GW a year 光伏": table["solar_gw"].round(1).values,
        "wind / best year 与历史最高比": table["wind_over_record"].round(2).values,
        "PV / best year 与历史最高比": table["solar_over_record"].round(2).values,
        "P, as planned 按规划": [percent(value, 0) for value in table["probability"]],
        "P, with factor 按倍数": [percent(value, 0) for value in table["probability_built"]],
    }
)

# %% [markdown]
# ## 2.10 小结 What follows
#
# 以下数字由上面的运行算出，以情景 `plan` 和模型为条件。
#
# The numbers are those of the runs above, conditional on the scenario `plan` and on the model.

# %%
chance = judged["probability"]
core = ["gdp_growth_plan", "manufacturing_share_2030", "non_fossil_share_2030"]
core_joint = joint(run, sets=[core]).iloc[0]
odds = {name: percent(chance[name], 0) for name in judged.index}
all_three, product = percent(core_joint["probability"]), percent(core_joint["independent"])
with_70 = percent(fossil_free.where(clean >= 0.70).mean(), 0)
current, constant = (
    percent(path[name].sel(year=2030))
    for name in ("manufacturing_share", "manufacturing_share_constant")
)
display(
    Markdown(
        f"""
- 增长5%左右：{odds["gdp_growth_plan"]}；制造业24%左右：{odds["manufacturing_share_2030"]}；
  非化石21%：{odds["non_fossil_share_2030"]}；清洁装机70%：{odds["clean_capacity_share_2030"]}。
- 增长、制造业、非化石三项同时：{all_three}（若独立：{product}）。
- 清洁装机70%比中心路径多需 {short:.0f} 吉瓦；达到它的抽样，非化石占比平均 {with_70}：
  它与21%不是同一力度的目标。
- 制造业占比2030年中心值：现价 {current}，不变价 {constant}；其差为相对价格的作用。

- Growth of about 5 %: {odds["gdp_growth_plan"]}; manufacturing of about 24 %:
  {odds["manufacturing_share_2030"]}; non-fossil 21 %: {odds["non_fossil_share_2030"]};
  clean capacity 70 %: {odds["clean_capacity_share_2030"]}.
- Growth, manufacturing and non-fossil together: {all_three} (if independent: {product}).
- 70 % clean capacity takes {short:.0f} GW more than the central path; in the draws that have it
  the non-fossil share is {with_70} on average: it is not of one ambition with 21 %.
- Manufacturing share of 2030, central: {current} at current prices, {constant} at constant ones;
  the gap is the effect of relative prices.
"""
    )
)

# %% [markdown]
# **不要过度解读。** 宽度约四分之三是判断；措施的力度也是判断；模型没有就业、财政、
# 房地产的独立机制。最稳健的结论不是某个概率，而是目标之间的关系：哪些一起实现，哪些相互掣肘，
# 哪些需要的速度超出过去。
#
# **Do not read too much into it.** Three quarters of the widths are judgements, and so are the
# sizes of the measures; employment, public finance and property have no mechanism of their own.
# What is most robust is not a single probability but how the targets relate: which go together,
# which get in each other's way, and which need a pace beyond the past.
