"""The four Xudabao units under construction come two years late: what follows.

徐大堡在建四台核电机组各推迟两年，对非化石占比、煤炭消费和二氧化碳排放的影响。
"""

import sys

import pandas as pd

import sim
from sim.scenario import scenario

SHOWN = {  # variable: name and unit, multiplier
    "non_fossil_share": ("non-fossil share, points", 100),
    "coal_consumption": ("coal, Mtce", 1),
    "co2_target_scope": ("CO2 with imported power, Mt", 1),
    "co2_total": ("CO2 within the province, Mt", 1),
}
RANGE = (0.05, 0.95)


def main(draws: int) -> None:
    plan = scenario("plan")
    late = plan.set({f"units.xudabao_{unit}.year": "base + 2" for unit in (1, 2, 3, 4)})
    planned, delayed = (sim.run(item, draws=draws) for item in (plan, late))
    # One seed, hence the same random numbers: the difference is paired draw by draw.
    difference = (delayed.draws - planned.draws).sel(scenario="plan")
    rows = []
    for variable, (name, size) in SHOWN.items():
        for year in (2028, 2029, 2030):
            drawn = size * difference[variable].sel(year=year)
            error = drawn.std(ddof=1) / draws**0.5
            rows.append([name, year, *map(float, (drawn.mean(), error, *drawn.quantile(RANGE)))])
    print(f"Two years late minus the plan as it stands, {draws} paired draws")
    print(pd.DataFrame(rows, columns=["change of", "year", "mean", "error", "p05", "p95"]).round(3))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
