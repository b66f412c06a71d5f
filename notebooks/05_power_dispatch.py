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
# # 5 典型日电力平衡 The hours of power
#
# 模型在每次抽样、每一年用36个典型日（12个月、3种风况）和2个高峰日逐时平衡电力。
# 本笔记本把同一组典型日交给线性规划（HiGHS）求最优，
# 比较弃电、煤电和缺电，并画出两天的出力。
#
# In every draw and year the model settles 36 typical days (twelve months, three states of the
# wind) and two peak days hour by hour. Here a linear program (HiGHS) finds the optimum
# of the same days; curtailment, coal and what is unserved are compared, and two days drawn.

# %%
import sys

sys.path.insert(0, "..")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

from models.energy import hours as h
from sim.baseyear.power_profiles import day_labels, typical_days
from sim.publish import style
from tests.models.linear_program import Store, optimum, yearly
from tests.models.test_power_hours import CASES, FLEETS, WORST

days = typical_days()

# %% [markdown]
# ## 5.1 与线性规划比较 Against the linear program
#
# 单位为太瓦时。逐日求和的算法每次抽样只需几微秒，与逐时最优解的差别小于风光可发电量的0.3%。
#
# TWh. The sums of a day take a few microseconds a draw; they differ from the optimum by less than
# 0.3 % of what wind and sun could give.

# %%
rows, solutions = {}, {}
for name, mix in CASES.items():
    fleet = [Store(*store) for store in FLEETS[name] if store[0] > 0.0]
    solutions[name] = optimum(days, mix, fleet)
    best = yearly(days, solutions[name])
    out = np.empty((h.OUTCOME_ROWS, 1))
    h.dispatch_hours(days, mix[:, None], WORST, out)
    green = mix[h.WIND_LAND : h.SUN + 1].sum() * 8.76
    rows[name] = {
        "wind and sun": green,
        "curtailed, hours": out[h.CURTAILED, 0],
        "curtailed, program": best["curtailed"],
        "sent out, hours": out[h.EXPORTED, 0],
        "sent out, program": best["sent out"],
        "unserved, hours": out[h.UNSERVED, 0],
        "unserved, program": best["unserved"],
        "difference of curtailment / wind and sun": abs(out[h.CURTAILED, 0] - best["curtailed"])
        / green,
    }
display(pd.DataFrame(rows).T.round(4))

# %% [markdown]
# ## 5.2 两个典型日 Two typical days
#
# 规划情景2030年量级的系统：一月大风日和七月小风日。零线以下是储能充电、外送和弃电。
#
# A system of the size of `plan` in 2030: a windy day in January, a calm one in July. Below zero:
# charging, sales beside plan and curtailment.

# %%
SOURCES = {
    "en": ("nuclear", "flat supply", "coal", "wind and sun", "from stores"),
    "zh": ("核电", "生物质、燃气、水电与计划净受入", "煤电", "风光", "储能放电"),
}
USES = {"en": ("to stores", "sent out", "curtailed"), "zh": ("储能充电", "增送", "弃电")}
AXES = {"en": ("load", "GW", "hour"), "zh": ("负荷", "吉瓦", "时")}
TITLES = {"en": ["January, windy", "July, calm"], "zh": ["一月大风日", "七月小风日"]}
DAYS = [day_labels().index((1, "windy")), day_labels().index((7, "calm"))]
COLOURS = ["#8d6cab", "#b9b9b9", "#5a4a42", "#4fa3a5", "#e0a030", "#e0a030", "#7fb069", "#d1495b"]


def day_flows(k, mix, solution):
    """Supply and use of a typical day, GW, in the order of SOURCES and USES."""
    load, land, sea, sun = days.hours[:, k]
    green = land * mix[h.WIND_LAND] + sea * mix[h.WIND_SEA] + sun * mix[h.SUN]
    even = days.days[1, k] * mix[h.HYDRO_MEAN] + mix[h.FLAT]
    day = solution.isel(day=k)
    given = sum(day[name].values for name in day if str(name).startswith("given"))
    taken = sum(day[name].values for name in day if str(name).startswith("taken"))
    nuclear = np.full(24, days.days[0, k] * mix[h.NUCLEAR_MEAN])
    supply = [nuclear, np.full(24, even), day["coal"].values, green, given]
    return supply, [taken, (day["sent"] + day["forced"]).values, day["lost"].values], load * mix[0]


def draw(lang):
    """Draw both days in a language."""
    with style.styled(lang):
        figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True)
        for axis, k, title in zip(axes, DAYS, TITLES[lang], strict=True):
            supply, use, load = day_flows(k, CASES["plan 2030"], solutions["plan 2030"])
            axis.stackplot(range(24), supply, labels=SOURCES[lang], colors=COLOURS[:5])
            below = [-part for part in use]
            axis.stackplot(range(24), below, labels=USES[lang], colors=COLOURS[5:])
            axis.plot(range(24), load, color="black", label=AXES[lang][0])
            axis.set(title=title, xlabel=AXES[lang][2], ylabel=AXES[lang][1])
        axes[1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
        figure.tight_layout()
        plt.show()


draw("zh")
draw("en")
