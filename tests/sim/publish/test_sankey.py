"""The balance as flows: what enters a node leaves it, in both languages without clipping."""

from __future__ import annotations

import pytest

from sim.assess.energy_flows import COLUMNS, energy_flows
from sim.baseyear.pack import load_pack
from sim.publish.sankey import energy_sankey


@pytest.fixture(scope="module")
def pack():
    return load_pack()


def test_what_enters_a_node_leaves_it(pack):
    flows = energy_flows(pack)
    leaving = flows.groupby("source")["value"].sum()
    coming = flows.groupby("target")["value"].sum()
    for node in (*COLUMNS[1], *COLUMNS[2]):
        assert leaving[node] == pytest.approx(coming[node], rel=1e-9), node
    assert (flows["value"] > 0.0).all()


def test_supply_is_the_primary_energy_of_the_pack(pack):
    flows = energy_flows(pack)
    supply = flows[flows["source"].isin(COLUMNS[0])].groupby("source")["value"].sum()
    primary = pack["primary_energy_calorific"].to_series()
    for carrier, value in primary[primary > 0.0].items():
        assert supply[f"supply_{carrier}"] == pytest.approx(value, rel=1e-9), carrier
    used = flows[flows["target"].isin(COLUMNS[3])]["value"].sum()
    assert used == pytest.approx(float(pack["energy_total_calorific"]), rel=1e-9)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_name_stands_inside_the_picture(pack, lang):
    figure = energy_sankey(pack, lang)
    figure.canvas.draw()
    width, height = figure.get_size_inches() * figure.dpi
    names = [text for axes in figure.axes for text in axes.texts]
    assert len(names) >= 28
    for text in [*names, *figure.texts]:
        box = text.get_window_extent()
        assert 0 <= box.x0 <= box.x1 <= width, text.get_text()
        assert 0 <= box.y0 <= box.y1 <= height, text.get_text()
