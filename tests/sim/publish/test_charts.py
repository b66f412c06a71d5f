"""Charts: complete, deterministic, readable without colour clashes or overlapping labels."""

from __future__ import annotations

import dataclasses
import itertools
import warnings

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PolyCollection
from matplotlib.text import Annotation, Text

from sim.assess.targets import evaluate
from sim.errors import InputError
from sim.publish.charts import charts, inline_svg, svg_text, write_figures
from sim.publish.mixes import CARRIER_ORDER, POWER_GROUPS, Layer, _bounds
from sim.publish.plot import Plot
from sim.publish.style import spread, styled
from tests.synthetic import synthetic_run

RUN = synthetic_run(draws=300)
TABLE = evaluate(RUN)
NAMES = list(charts(TABLE))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_no_label_overlaps_another_or_leaves_the_page(name, lang):
    figure = charts(TABLE)[name](RUN, lang)
    with styled(lang), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
        texts = [
            item
            for item in figure.findobj(Text)
            if item.get_text().strip() and item.get_visible() and type(item) is not Text
        ]
        texts += [item for axes in figure.axes for item in axes.texts]
        texts += figure.texts
        boxes = [
            (item.get_text(), Text.get_window_extent(item))
            for item in dict.fromkeys(texts)
            if item.get_text().strip()
        ]
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in boxes:
        assert min(box.x0, box.y0) >= -1, text
        assert max(box.x1 - width, box.y1 - height) <= 1, text
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 0 or high <= 4, (first, second)


@pytest.mark.parametrize("name", NAMES)
def test_svg_is_the_same_byte_for_byte(name):
    chart = charts(TABLE)[name]
    assert svg_text(chart(RUN, "zh"), "zh") == svg_text(chart(RUN, "zh"), "zh")


def test_style_of_the_user_does_not_leak_in_or_out():
    plain = svg_text(charts(TABLE)["gdp_growth"](RUN, "en"), "en")
    with mpl.rc_context({"font.size": 40, "axes.facecolor": "black", "svg.fonttype": "none"}):
        assert svg_text(charts(TABLE)["gdp_growth"](RUN, "en"), "en") == plain
        assert mpl.rcParams["font.size"] == 40


def test_write_figures_makes_png_and_svg(tmp_path):
    written = write_figures(RUN, tmp_path / "figures", "zh")
    assert {path.suffix for path in written} == {".png", ".svg"}
    assert len(written) == 2 * len(NAMES)
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(
        path.name for path in written
    )
    assert all(path.stat().st_size > 5000 for path in written)


def test_unknown_language_is_refused(tmp_path):
    with pytest.raises(InputError, match="unknown language"):
        write_figures(RUN, tmp_path, "de")


def test_inline_svg_has_its_own_ids():
    text = svg_text(charts(TABLE)["gdp_growth"](RUN, "en"), "en")
    inline = inline_svg(text, "one", "GDP growth")
    assert 'id="one-' in inline
    assert "url(#one-" in inline
    assert inline.startswith("<svg role=")
    assert "<?xml" not in inline
    assert "<metadata" not in inline


@pytest.mark.parametrize("count", [1, 3, 5])
def test_any_number_of_scenarios_and_a_longer_horizon(count):
    names = ("baseline", "plan", "shock", "green", "slow")[:count]
    run = synthetic_run(names, draws=60, horizon=2035)
    for name, chart in charts(evaluate(run)).items():
        figure = chart(run, "en")
        assert len(figure.axes) == (1 if name == "probabilities" else count)


def test_mixes_show_every_carrier_and_technology():
    from models.labels import CARRIERS, TECHNOLOGIES

    assert set(CARRIER_ORDER) == set(CARRIERS)
    assert sorted(itertools.chain(*POWER_GROUPS.values())) == sorted(TECHNOLOGIES)


def test_power_mix_adds_up_to_demand():
    figure = charts(TABLE)["generation"](RUN, "en")
    shown = {item.get_text() for item in figure.findobj(Annotation)}
    means = RUN.ensemble.sel(scenario="baseline", year=2030)
    mean = means["electricity_generation_mean"].sum() + means["electricity_net_import_mean"]
    assert f"{float(mean):,.0f}" in shown


def test_net_export_stacks_below_zero():
    layers = [
        Layer("a", "#000000", np.array([3.0, 3.0])),
        Layer("b", "#111111", np.array([-1.0, 2.0])),
    ]
    (_, top), (low, high) = _bounds(layers)
    assert list(top) == [3.0, 3.0]
    assert list(low) == [-1.0, 3.0]
    assert list(high) == [0.0, 5.0]


def test_net_import_that_turns_to_export_does_not_cross_the_stack():
    """What stands above zero and what stands below are drawn apart."""
    paths, ensemble = RUN.paths.copy(), RUN.ensemble.copy()
    sign = xr.where(paths["year"] == paths["year"][-1], -1.0, 1.0)
    paths["electricity_net_import"] = sign * paths["electricity_net_import"]
    ensemble["electricity_net_import_mean"] = sign * ensemble["electricity_net_import_mean"]
    run = dataclasses.replace(RUN, paths=paths, ensemble=ensemble)
    areas = charts(TABLE)["generation"](run, "en").findobj(PolyCollection)
    heights = [path.vertices[:, 1] for area in areas for path in area.get_paths()]
    assert min(height.min() for height in heights) < 0.0
    assert all(height.min() >= 0.0 or height.max() <= 0.0 for height in heights)


def test_net_import_below_zero_is_called_net_export():
    paths = RUN.paths.copy()
    paths["electricity_net_import"] = -paths["electricity_net_import"]
    ensemble = RUN.ensemble.copy()
    ensemble["electricity_net_import_mean"] = -ensemble["electricity_net_import_mean"]
    run = dataclasses.replace(RUN, paths=paths, ensemble=ensemble)
    figure = charts(TABLE)["generation"](run, "en")
    assert any("Net export" in item.get_text() for item in figure.findobj(Annotation))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_spread_labels_keep_order_and_do_not_touch(wishes):
    heights = [6.0] * len(wishes)
    placed = spread(wishes, heights, 0.0, 100.0)
    ordered = sorted(placed)
    assert all(b - a >= 6.0 - 1e-6 for a, b in itertools.pairwise(ordered))
    assert min(placed) >= 3.0 - 1e-6
    assert max(placed) <= 97.0 + 1e-6
    order = np.argsort(wishes, kind="stable")
    assert np.all(np.diff(np.array(placed)[order]) > 0)


def test_plot_draws_any_scalar_and_refuses_the_rest():
    plot = Plot(RUN)
    assert plot.fan("gdp", "zh").axes
    assert plot.fan("urbanisation").axes
    assert plot.mix("electricity_generation").axes
    assert plot.targets().axes
    with pytest.raises(InputError, match="did you mean 'co2_intensity'"):
        plot.fan("co2_intensty")
    with pytest.raises(InputError, match="no stacked chart"):
        plot.mix("gdp")
