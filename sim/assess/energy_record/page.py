"""The page `docs/methods/energy_record.md`, written from the record, the pack and the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from sim.assess.clean import SHARES, clean_sensitivity
from sim.assess.energy_record.backcast import backcast
from sim.assess.energy_record.imports import (
    EPISODES,
    displacement,
    episodes,
    import_record,
)
from sim.assess.energy_record.inventory import by_fuel, by_sector
from sim.assess.energy_record.out_of_sample import predict_sectors, summarise_errors
from sim.assess.peaks import peaks
from sim.assess.reach import HORIZON, TARGETS, Reach, reach
from sim.assess.register import load_targets
from sim.baseyear.pack import load_pack
from sim.ensemble.run import run_ensemble
from sim.figures.series import load_series

PERIODS: Final = ((1997, 2002), (2002, 2007), (2007, 2013), (2013, 2016), (2016, 2019))
PEAK_SCENARIOS: Final = ("baseline", "plan")
PEAK_DRAWS: Final = 10_000
_MERGED: Final = {
    "power and heat 电力热力": ("power_heat",),
    "metals 冶金": ("metals",),
    "building materials 建材": ("building_materials",),
    "refining, coking, chemicals 石化": ("petroleum_coking", "chemicals"),
    "other industry 其他工业": (
        *("coal_mining", "oil_gas_extraction", "other_mining"),
        *("food_light", "machinery", "gas_water", "construction"),
    ),
    "transport 交通": ("transport",),
    "other services, agriculture 其他": ("trade", "other_services", "agriculture"),
    "households 居民": ("rural_households", "urban_households"),
}
_HEAD: Final = """\
# What the record says of energy and carbon 能源与碳的历史检验

This page is generated (`make generated`) from `sim/assess/energy_record/` and
`sim/assess/reach.py`; do not edit it.

## The CO2 of 1997-2019, split

LMDI-I (Ang 2005), neighbouring years added up, Mt. The inventory is that of CEADs (Shan et al.
2016, 2018, 2020; Guan et al. 2021), GDP the chain of released growth rates. Furnace gas stands
apart, since the inventory counts the carbon of coke where coke is burnt and once more as
furnace gas, and misses about 28 Mt of that gas in 2011-12. `models.lmdi` holds the formulae,
with the limits of zeros (Ang & Liu 2007).

![What changed CO2, 1997-2019](../images/co2_history.en.png)
"""
_BREAK: Final = """\
The second table takes structure from current-price shares as released. The release of industry
was corrected in 2015-16, so the large structure effect of 2013-2016 and the rise of intensities
beside it are in good part that correction and no change of the economy.
"""
_OUT: Final = """\
## Intensities up to 2017 against 2018 and 2019

CO2 per unit of activity, carried forward from 2017 with the mean yearly change of 2008-2017 as
the model carries it (a random walk with drift), times the actual activity: crude steel for
metals, cement for building materials, thermal generation for power and heat, people for
households, GDP for the others. The rival leaves intensities where they were. Interval: 90 %.
"""
_BACK: Final = """\
## The power rules run backwards

Capacity and consumption as published; hours and net import as in the base year, with the
spread that `inputs.csv` states. Thermal power is what balances consumption. Wind is January to
November as published; solar is left out (published generation lacks distributed plants), and
so is whatever a source built from hours and capacity.
"""
_IMPORTS: Final = """\
## Net import and own plants

Net import as consumption less generation, TWh. Generation is that of plants above the reporting
size; wind from 2018 is January to November over its usual share of the year, solar is capacity
times the hours of the base year. Own: hydro, nuclear, wind and solar. The changes of the years in
which Hongyanhe 1-4 (2013-16) and 5-6 (2021-22) came, and of those between:
"""
_PEAKS: Final = """\
## When CO2, coal and oil peak

A run to 2035 joined to the estimates of 2020-2024, 10,000 draws, seed 1. The highest of all years
is the peak; a highest value in 2035 has not been seen to peak. The estimates carry the drift of
1 % a year back that the base year states (`history_drift`, a judgement), one random number a
draw for CO2 and coal and one for oil (`sim.assess.past`). The gap of a draw is how far the
highest later value exceeds the highest up to the year named: what would have to be left
unburnt for the peak to be in time, zero where it is. The probabilities are conditional on
scenario and model. Where CO2 and coal peak in time they mostly did so in 2020 or 2021, in
estimates carried back from 2025 that nobody has published: what the table says is first of all
whether emissions stay below that level.
"""
_REACH: Final = """\
## Which energy targets fit together

The builds of wind and solar of the scenario `plan` times one factor, everything else kept, on
the central path to 2035: the smallest factor (in steps of a twentieth up to 2) at which all
targets of a combination are met, the mean builds 2026-2030 it means, and these over the best
year on record. Second setting: TFP growth raised until GDP grows 5 % a year, a what-if only.
The probabilities are shares of 2,048 draws (seed 1) in which all of the combination are met, at
the growth setting: with the builds of the plan as they are, and with the factor. A central path
that meets its targets by a hair leaves about one chance in two.
"""

_CLEAN: Final = """\
## What "clean" means, and 2030

The plan asks for 70 % clean capacity (清洁能源装机占比) and does not define clean energy. All
candidates count nuclear, hydro, wind and PV; they differ in pumped storage, biomass, gas and
new-type storage. Misfit: squared residuals of the accounts of 2025 refitted under a definition
against 54.8 % of capacity and 51.3 % of generation. Scenario `plan`, 2,048 draws, seed 1; the
accounts are those of the chosen definition (bold) in all rows.
"""


def energy_record_markdown() -> str:
    """Return the page as Markdown."""
    reached = reach(pack=load_pack())
    found = peaks(run_ensemble(PEAK_SCENARIOS, draws=PEAK_DRAWS, seed=1, horizon=HORIZON))
    parts = [
        *record_sections(),
        _PEAKS,
        _peak_table(found),
        _REACH,
        _record_line(reached),
        _reach_table(reached),
        _CLEAN,
        _clean_table(clean_sensitivity()),
    ]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def record_sections() -> list[str]:
    """Return the parts of the page that look back."""
    pack, frame = load_pack(), load_series()
    fuels, sectors = by_fuel(pack, frame), by_sector(frame)
    predictions = predict_sectors(frame)
    return [
        _HEAD,
        _table(["period", *fuels.columns], _periods(fuels)),
        _table(["period", "activity", "structure", *_MERGED, "change"], _sector_periods(sectors)),
        _BREAK,
        _OUT,
        _prediction_table(predictions),
        _summary_line(predictions),
        _BACK,
        _backcast_table(backcast(pack, frame)),
        _IMPORTS,
        *_import_tables(import_record(pack, frame)),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| --- " + "| ---: " * (len(head) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _number(value: float, digits: int = 1) -> str:
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) != 0.0 else text.lstrip("-")


def _percent(value: float) -> str:
    return "–" if np.isnan(value) else f"{_number(100.0 * value)} %"


def _spans(table: pd.DataFrame) -> list[tuple[str, pd.Series]]:
    spans = [*PERIODS, (PERIODS[0][0], PERIODS[-1][1])]
    return [(f"{a}–{b}", table.loc[a + 1 : b].sum()) for a, b in spans]


def _periods(table: pd.DataFrame) -> list[list[str]]:
    return [[name, *(_number(v) for v in total)] for name, total in _spans(table)]


def _sector_periods(table: pd.DataFrame) -> list[list[str]]:
    rows = []
    for name, total in _spans(table):
        merged = [sum(total[f"intensity_{s}"] for s in group) for group in _MERGED.values()]
        values = [total["activity"], total["structure"], *merged, total["change"]]
        rows.append([name, *(_number(value) for value in values)])
    return rows


def _prediction_table(table: pd.DataFrame) -> str:
    head = ["sector", "year", "actual, Mt", "predicted", "interval", "error", "unchanged", "inside"]
    rows = [
        [
            str(row["sector"]),
            str(row["year"]),
            _number(row["actual"]),
            _number(row["predicted"]),
            f"{_number(row['low'])}–{_number(row['high'])}",
            _percent(row["error"]),
            _percent(row["error_unchanged"]),
            "yes" if row["inside"] else "**no**",
        ]
        for _, row in table.iterrows()
    ]
    return _table(head, rows)


def _summary_line(table: pd.DataFrame) -> str:
    texts = [
        f"{int(row['year'])}: all sectors {_number(row['predicted'])} Mt against "
        f"{_number(row['actual'])} ({_percent(row['error'])}); mean absolute error of a sector "
        f"{_number(row['mean_absolute'], 2)} Mt, unchanged intensities "
        f"{_number(row['mean_absolute_unchanged'], 2)}; {_percent(row['inside'])} inside."
        for _, row in summarise_errors(table).iterrows()
    ]
    return "\n".join(f"- {text}" for text in texts)


def _backcast_table(table: pd.DataFrame) -> str:
    head = ["technology", "year", "actual, TWh", "backcast", "sd", "z", "inside 90 %"]
    rows = [
        [
            str(row["technology"]),
            str(row["year"]),
            _number(row["actual"]),
            _number(row["backcast"]),
            _number(row["sd"]),
            _number(row["z"], 2),
            "yes" if row["inside_90"] else "**no**",
        ]
        for _, row in table.sort_values(["technology", "year"]).iterrows()
    ]
    inside = int(table["inside_90"].sum())
    return _table(head, rows) + f"\n\n{inside} of {len(table)} lie inside their 90 % interval.\n"


def _import_tables(record: pd.DataFrame) -> list[str]:
    """Changes over spans of years, the record by year, and what it says of displacement."""
    names = ["consumption", "own", "thermal", "net_import"]
    spans = [
        [f"{first}–{last}", *(_number(row[name]) for name in names)]
        for (first, last), row in episodes(record).iterrows()
    ]
    years = [[str(year), *(_number(row[n]) for n in names)] for year, row in record.iterrows()]
    first, middle, last = int(record.index[0]), EPISODES[0][1], int(record.index[-1])
    texts = [
        f"{start}–{end}: {_number(found.value, 2)} ± {_number(found.standard_error, 2)} "
        f"({found.years} changes)"
        for start, end in ((first, last), (first, middle), (middle, last))
        for found in (displacement(record, start, end),)
    ]
    line = (
        "Of what own plants gain on consumption in a year, net import gives way to this part "
        f"(least squares without a constant, one standard error): {'; '.join(texts)}. The halves "
        "differ: since 2020 thermal power has given way and purchases have not. The model plans "
        "with the first figure (`energy.net_import_displacement`) where own plants gain since "
        "2025, with a width that reaches both halves: by then coal is near what it must run. "
        "The record is of actual net import, sales beside plan included."
    )
    return [_table(["change", *names], spans), _table(["year", *names], years), line]


def _peak_table(found: pd.DataFrame) -> str:
    names = {item.target_id: f"{item.name_en} {item.name_zh}" for item in load_targets()}
    rows = []
    for row in found.to_dict("records"):
        error = f"{100.0 * row['probability_se']:.1f}"
        rows.append(
            [
                f"{names[row['target_id']]} ({row['last_allowed']})",
                str(row["scenario"]),
                *(_year(row[key]) for key in ("central", "p05", "p50", "p95")),
                f"{100.0 * row['probability']:.1f} ± {error} %",
                f"{_number(row['gap'])} {row['unit']}",
                f"{_number(row['gap_if_missed'])} {row['unit']}",
            ]
        )
    head = ["peak 达峰", "scenario 情景", "central 中心", "5 %", "50 %", "95 %", "probability 概率"]
    return _table([*head, "mean gap 平均缺口", "where missed 未达时缺口"], rows)


def _year(value: float) -> str:
    return "not by 2034" if np.isnan(value) else f"{value:.0f}"


def _clean_table(table: pd.DataFrame) -> str:
    rows = []
    for row in table.to_dict("records"):
        name = row["definition"]
        shares = [f"{share}_{year}" for year in (2025, 2030) for share in SHARES]
        rows.append(
            [
                f"**{name}**" if row["chosen"] else str(name),
                _number(row["misfit"]),
                *(_percent(row[share]) for share in shares),
                _chance(row["probability"], row["probability_se"]),
            ]
        )
    head = ["counted 口径", "misfit 残差", "capacity 2025 装机", "generation 2025 发电量"]
    return _table([*head, "capacity 2030", "generation 2030", "P(≥ 70 %) 概率"], rows)


def _record_line(reached: Reach) -> str:
    texts = [
        f"{row['source']} {_number(row['gw'], 2)} GW in {row['year']}"
        for _, row in reached.record.iterrows()
    ]
    return "Best yearly additions on record: " + ", ".join(texts) + "."


def _reach_table(reached: Reach) -> str:
    """Single targets, all but one, and all; the function returns every combination."""
    names = {item.target_id: f"{item.name_en} {item.name_zh}" for item in load_targets()}
    table, rows = reached.combinations, []
    for _, group in table.groupby("growth_setting", sort=False):
        growth = f"{100.0 * float(group['growth'].iloc[0]):.2f} %"
        for _, row in group.iterrows():
            members = str(row["targets"]).split(";")
            if row["count"] == 1:
                label = names[members[0]]
            elif row["count"] == len(TARGETS):
                label = "**all of them 全部**"
            elif row["count"] == len(TARGETS) - 1:
                left = next(name for name in TARGETS if name not in members)
                label = f"all but 除外: {names[left]}"
            else:
                continue
            found = not np.isnan(row["multiple"])
            values = [
                f"{row['multiple']:g}" if found else "not reached",
                *(_number(row[f"{s}_gw"]) if found else "–" for s in ("wind", "solar")),
                *(_number(row[f"{s}_over_record"], 2) if found else "–" for s in ("wind", "solar")),
            ]
            chances = [
                _chance(row[name], row[f"{name}_se"])
                for name in ("probability", "probability_built")
            ]
            rows.append([label, growth, *values, *chances])
    head = [
        *("targets 目标", "growth a year 增速", "factor 倍数"),
        *("wind, GW a year 风电", "solar, GW a year 光伏"),
        *("wind over record 与历史最高比", "solar over record 与历史最高比"),
        *("probability, as planned 概率", "with the factor 按倍数建设"),
    ]
    return _table(head, rows)


def _chance(share: float, error: float) -> str:
    return "–" if np.isnan(share) else f"{100.0 * share:.0f} ± {100.0 * error:.0f} %"
