"""A higher carbon price and twice the electrification: carbon intensity, joint odds.

更高碳价并使电气化速度加倍：碳强度降幅，以及各目标单独与同时实现的概率。
"""

import sys

import pandas as pd

import sim
from sim.assess.targets import joint
from sim.scenario import scenario

GROUPS = ("industry", "buildings", "transport")
PUSH = {
    "energy.carbon_price": {2026: 80, 2030: 200},  # yuan per tonne
    **{f"energy.electrification.{group}": "base * 2" for group in GROUPS},
}
SHOWN = ["co2_intensity_reduction", "non_fossil_share", "electricity_demand", "coal_consumption"]
TARGETS = ["gdp_growth_plan", "co2_intensity_reduction_plan", "non_fossil_share_2030"]


def main(draws: int) -> None:
    plan = scenario("plan")
    columns = {}
    for name, item in {"plan": plan, "push": plan.set(PUSH)}.items():
        run = sim.run(item, draws=draws)
        means = run.draws[SHOWN].sel(scenario="plan", year=2030).mean("draw").to_pandas()[SHOWN]
        odds = joint(run, sets=[*([target] for target in TARGETS), TARGETS])
        odds.index = [*(f"P({target})" for target in TARGETS), "P(all three)"]
        error = pd.Series({"Monte Carlo error of it": odds["probability_se"].iloc[-1]})
        columns[name] = pd.concat([means, odds["probability"], error])
    print(f"Means of 2030 (shares as fractions, TWh, Mtce) and probabilities, {draws} draws")
    print(pd.DataFrame(columns).round(4))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
