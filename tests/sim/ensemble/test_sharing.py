"""What scenarios share in a block gives each of them the bits that it has alone."""

from __future__ import annotations

import numpy as np
import pytest

from models.state import DRIVER
from sim.baseyear.pack import load_pack
from sim.ensemble.accumulate import BLOCK
from sim.ensemble.leaf import Room
from sim.ensemble.run import resolve_scenarios
from sim.ensemble.sharing import EVERY_DRIVER, Turn
from sim.ensemble.stream import Stream
from sim.ensemble.work import Work, prepare_work, simulate_centre
from sim.scenario import scenario
from sim.scenario.levers import Lever, lever_table

WIDTH = 8
LAST = BLOCK + WIDTH
FIRSTS = (0, BLOCK)
HORIZON = 2027


def elsewhere(lever: Lever, now: bool | str | float) -> bool | str | float:
    """Return another value that a lever may take."""
    if lever.kind == "bool":
        return not now
    if lever.kind == "choice":
        known = lever.choices or ("pack", "core")
        return next(choice for choice in known if choice != now)
    if lever.name.endswith((".year", ".retires")):
        return 2026.4
    value = float(now)
    if lever.name == "base_year.draw":
        return 7
    if lever.maximum is not None and value < lever.maximum:
        return value + min(0.1 * (lever.maximum - value), 0.01 + 0.1 * abs(value))
    return value - 0.01 - 0.1 * abs(value) if lever.minimum is None else lever.minimum


def of(levers: dict[str, object], *others) -> Work:
    pack = load_pack()
    plan = scenario("plan")
    moved = [plan.set({name: value}, name=f"plan {name}") for name, value in levers.items()]
    return prepare_work(pack, resolve_scenarios(["plan", *moved, *others], pack, HORIZON), 1)


def every_lever() -> dict[str, object]:
    plan = resolve_scenarios(["plan"], load_pack(), HORIZON)[0]
    found = {}
    units = ("xudabao_3", "suizhong", "ji_liao_2")
    for lever in lever_table().values():
        if lever.name.startswith("units.") and lever.name.split(".")[1] not in units:
            continue
        chosen = lever.kind in ("bool", "choice")
        now = plan.choice(lever.name) if chosen else plan.value(lever.name)[0]
        found[lever.name] = elsewhere(lever, now)
    return found


def gathered(work: Work, *, shared: bool):
    """Scalars of every scenario in two blocks, and what is gathered of both."""
    if not shared:
        own = [
            Turn(turn.scenario, turn.scenario, False, turn.scenario, EVERY_DRIVER)
            for turn in work.turns
        ]
        work = work._replace(turns=tuple(own))
    centre = [simulate_centre(work, index) for index in range(len(work.cases))]
    stream = Stream(work, centre, LAST, [])
    room = Room(work, stream.summaries, stream.paired, watched=True)
    scalars = []
    for first in FIRSTS:
        room.simulate(first, first + WIDTH)
        scalars.append(room.scalars[..., :WIDTH].copy())
    kept = [first + draw for first in FIRSTS for draw in range(WIDTH)]
    kinds = []
    for leaf, summary in zip(room.leaves, stream.summaries, strict=True):
        vectors = [values[..., kept] for values in summary.vectors.values()]
        kinds.append([leaf.totals.sums, leaf.clamped, leaf.residual, leaf.pivoted, *vectors])
    return np.stack(scalars), kinds


def the_same(work: Work) -> None:
    together, alone = gathered(work, shared=True), gathered(work, shared=False)
    for turn in work.turns:
        name = work.cases[turn.scenario].scenario.name
        found, expected = together[0][:, turn.scenario], alone[0][:, turn.scenario]
        assert found.tobytes() == expected.tobytes(), name
        for kind in zip(together[1][turn.scenario], alone[1][turn.scenario], strict=True):
            np.testing.assert_array_equal(*kind, name)


def test_a_scenario_that_moves_any_lever_gets_the_bits_that_it_has_alone():
    work = of(every_lever())
    the_same(work)
    sharing = [turn.leader == 0 for turn in work.turns]
    assert sum(sharing) > len(sharing) / 2


@pytest.mark.parametrize(
    ("lever", "value", "shares"),
    [
        ("growth.tfp_growth", 0.03, True),
        ("units.xudabao_3.year", 2026.1, True),
        ("units.suizhong.retires", 2026.0, True),
        ("structure.technical_drift.mining", 0.01, True),
        ("settings.carbon_intensity_scope", "territorial", False),
        ("settings.coefficient_uncertainty", "factors", False),
        ("growth.capital_share", 0.4, False),
        ("base_year.draw", 7, False),
    ],
)
def test_a_base_year_is_shared_unless_the_scenario_moves_it(lever, value, shares):
    work = of({lever: value})
    assert [turn.leader for turn in work.turns] == [0, 0 if shares else 1]
    assert [turn.followed for turn in work.turns] == [shares, False]


def test_only_drivers_that_differ_are_computed_again():
    turns = of({"growth.tfp_growth": 0.03, "demand.exports_growth": 0.02}).turns
    np.testing.assert_array_equal(turns[0].drivers, EVERY_DRIVER)
    np.testing.assert_array_equal(turns[1].drivers, [DRIVER.tfp_growth])
    np.testing.assert_array_equal(turns[2].drivers, [DRIVER.tfp_growth, DRIVER.exports_growth])


def test_other_widths_count_as_other_drivers(tmp_path):
    path = tmp_path / "wider.yaml"
    inputs = "inputs: {coal_rate: {sd: 2.0}, tfp_trend_drift: {sd: 0.01}}"
    path.write_text(f"name: wider\nextends: plan\n{inputs}\n", encoding="utf8")
    work = of({}, path)
    the_same(work)
    assert DRIVER.tfp_growth in work.turns[1].drivers
