"""The five bundled scenarios: complete, sourced, and in the plan nothing solved from a target."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sim.scenario import bundled_scenarios, lever_table, scenario

FIGURES = Path(__file__).parents[3] / "sim/figures/data"
NAMES = ["baseline", "external_shock", "green_push", "plan", "slow_transition"]
CITED = re.compile(r"\b(00[0-4]):(\d+)")
BOX_OF_TARGETS = ("002", 212, 255)
AIMS_OF_2026 = ("000", 47)


def cited(source: str) -> list[tuple[str, int]]:
    return [(document, int(line)) for document, line in CITED.findall(source)]


def targets() -> dict[tuple[str, int], set[float]]:
    """Figures with the nature of a target, by document and line."""
    found: dict[tuple[str, int], set[float]] = {}
    for path in FIGURES.glob("figures_*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if "target" in row["basis"] and row["value"]:
                    place = (row["document"][:3], int(row["line"]))
                    found.setdefault(place, set()).add(float(row["value"]))
    return found


def test_there_are_five() -> None:
    assert sorted(bundled_scenarios()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_bundled_scenario_resolves_to_2035(name: str, pack: xr.Dataset) -> None:
    subject = scenario(name)
    assert subject.name == name
    resolved = subject.resolve(pack, horizon=2035)
    assert resolved.title
    assert resolved.title_zh
    assert resolved.description
    assert resolved.description_zh
    for lever in lever_table().values():
        if lever.kind not in ("bool", "choice"):
            assert np.isfinite(resolved.value(lever.name)).all(), lever.name


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_a_bundled_scenario_has_a_source(name: str) -> None:
    for assignment in scenario(name).document.assignments:
        assert assignment.source, assignment.place.text


def test_no_lever_of_the_plan_refers_to_a_target() -> None:
    plan = scenario("plan")
    document, first, last = BOX_OF_TARGETS
    figures = targets()
    for assignment in (*plan.extended[0].assignments, *plan.document.assignments):
        for place in cited(assignment.source):
            assert not (place[0] == document and first <= place[1] <= last), assignment.place.text
            assert place != AIMS_OF_2026, assignment.place.text
            given = [*(value for _, value in assignment.points), assignment.scalar]
            printed = figures.get(place, set())
            for number in given:
                if not isinstance(number, float) or number == 0.0:
                    continue
                scaled = [number * factor for factor in (1, 10, 100, 1000)]
                hit = [figure for figure in printed if any(np.isclose(figure, scaled))]
                assert not hit, f"{assignment.place.text}: {number} is the target {hit}"


def test_no_growth_lever_of_the_plan_equals_its_indicator(pack: xr.Dataset) -> None:
    """R&D, schooling and urban share are levers and targets at once: they stay apart."""
    resolved = scenario("plan").resolve(pack)
    research = resolved.value("growth.rd_growth")
    assert (np.abs(np.exp(research) - 1.08) > 0.005).all()
    assert resolved.origin("population.urbanisation_increase").kind == "pack"


def test_plan_builds_more_than_baseline_and_slow_transition_less(pack: xr.Dataset) -> None:
    built = {
        name: sum(
            scenario(name).resolve(pack).value(f"energy.{kind}.build_gw").sum()
            for kind in ("wind", "offshore_wind", "solar", "distributed_solar")
        )
        for name in NAMES
    }
    assert built["slow_transition"] < built["baseline"] < built["plan"] < built["green_push"]


def test_baseline_builds_what_the_province_built_on_average_since_2020() -> None:
    # 13.81 GW of wind and PV at the end of 2020 (yearbook), 36.66 GW at the end of 2025 (002:150)
    resolved = scenario("baseline").resolve()
    kinds = ("wind", "offshore_wind", "solar", "distributed_solar")
    a_year = sum(resolved.value(f"energy.{kind}.build_gw")[0] for kind in kinds)
    assert a_year == pytest.approx((36.66 - 13.81) / 5, abs=0.05)


def test_a_shock_ends_where_it_began(pack: xr.Dataset) -> None:
    shock = scenario("external_shock").resolve(pack)
    baseline = scenario("baseline").resolve(pack)
    for lever in ("demand.exports_growth", "demand.outflow_growth", "growth.gap_shock"):
        assert shock.value(lever)[1] < baseline.value(lever)[1]
        assert shock.value(lever)[-1] == pytest.approx(baseline.value(lever)[-1])
