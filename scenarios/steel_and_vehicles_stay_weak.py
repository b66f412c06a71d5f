"""Outside demand for steel and vehicles stays weak: structure and growth by closure.

省外对辽宁钢铁、汽车需求持续偏弱：供给主导与需求主导两种闭合下的制造业占比与增速。
"""

import sys

import pandas as pd

import sim
from sim.scenario import scenario

WEAK = {
    "demand.external_growth.steel_metals": "base - 0.03",
    "demand.external_growth.vehicles": "base - 0.05",
}
COLUMNS = ["closure", "indicator", "plan", "weak", "change", "error"]
YEARS = {"gdp_growth": slice(2026, 2030), "manufacturing_share": slice(2030, 2030)}


def main(draws: int) -> None:
    rows = []
    for closure in ("supply_led", "demand_led"):
        plan = scenario("plan").set({"closure.kind": closure})
        runs = [sim.run(item, draws=draws) for item in (plan, plan.set(WEAK))]
        for variable, years in YEARS.items():
            before, after = (
                100 * run.draws[variable].sel(scenario="plan", year=years).mean("year")
                for run in runs
            )
            paired = after - before  # same seed, same random numbers
            means = [value.mean().item() for value in (before, after, paired)]
            rows.append([closure, variable, *means, paired.std(ddof=1).item() / draws**0.5])
    print(f"Per cent; growth averages 2026-2030, the share is that of 2030; {draws} draws")
    print(pd.DataFrame(rows, columns=COLUMNS).round(3))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
