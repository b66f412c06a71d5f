"""``provsim io``: input-output analyses of the bundled table or of any other.

Without a table the analyses answer the provincial questions with the bundled table of 2025:
shocks are demand for the products of the plan's industry clusters, extractions are steel,
petrochemicals and vehicles, prices those of a carbon price.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.cli.output import records, tell, write_rows, write_tables
from sim.errors import InputError
from sim.publish.words import word

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from models.inputoutput.table import IOTable

ACTIONS: Final = ("multipliers", "linkages", "footprint", "extract", "price", "sda", "shock")
TABLE_LAYOUTS: Final = ("china-42", "china-42-split", "labelled", "pymrio")
KINDS: Final = ("total", "backward", "forward", "partial")
CARBON_PRICE: Final = 100.0
MONEY: Final = "亿元"


def add_io(build: Any, commands: Any, parser_class: type) -> None:
    """Add the command to the grammar; imports nothing heavy.

    Parameters
    ----------
    build : builder of commands in one language
    commands : subparsers of the program
    parser_class : type
        Class of the parsers of the analyses.
    """
    io = build.parser("io", commands, "cli_io")
    actions = io.add_subparsers(
        title=build.say("cli_commands"),
        dest="action",
        metavar="ANALYSIS",
        parser_class=parser_class,
    )
    parsers = {}
    for name in ACTIONS:
        made = parsers[name] = build.parser(name, actions, f"cli_io_{name}")
        made.add_argument("table", nargs="?", metavar="TABLE", help=build.say("cli_arg_table"))
        made.add_argument("--layout", choices=TABLE_LAYOUTS, help=build.say("cli_arg_layout"))
        made.add_argument("--year", type=int, metavar="YEAR", help=build.say("cli_arg_table_year"))
        if name in ("multipliers", "linkages", "extract", "price", "shock"):
            made.add_argument("--total", action="store_true", help=build.say("cli_arg_total"))
    for name in ("multipliers", "shock"):
        parsers[name].add_argument(
            "--type", type=int, choices=(1, 2), default=1, help=build.say("cli_arg_io_type")
        )
    for name, default in (("multipliers", "output"), ("footprint", "co2"), ("sda", "output")):
        parsers[name].add_argument(
            "--of", default=default, metavar="ACCOUNT", help=build.say("cli_arg_of")
        )
    parsers["extract"].add_argument(
        "--sectors", action="append", metavar="CODE,CODE", help=build.say("cli_arg_sectors")
    )
    parsers["extract"].add_argument(
        "--kind", choices=KINDS, default="total", help=build.say("cli_arg_kind")
    )
    parsers["extract"].add_argument("--share", type=float, help=build.say("cli_arg_share"))
    parsers["price"].add_argument(
        "--carbon-price",
        type=float,
        default=CARBON_PRICE,
        metavar="CNY",
        help=build.say("cli_arg_carbon_price"),
    )
    parsers["price"].add_argument(
        "--pass-through", type=float, default=1.0, help=build.say("cli_arg_pass_through")
    )
    parsers["shock"].add_argument(
        "--demand", action="append", metavar="CODE=VALUE", help=build.say("cli_arg_demand")
    )
    parsers["sda"].add_argument("--later", metavar="TABLE", help=build.say("cli_arg_later"))


def io_command(options: Any) -> None:
    """Do one input-output analysis and print it.

    Raises
    ------
    InputError
        Where no analysis is named, or the table or an option is bad.
    """
    if options.action is None:
        raise InputError("no analysis is named", allowed=", ".join(ACTIONS))
    found = ANALYSES[options.action](options)
    if options.format != "text":
        write_rows(records(found.frame), options.format)
        return
    _show(found, options)


@dataclass(frozen=True)
class _Found:
    """Rows of an analysis, the words for its title, and what it assumes."""

    frame: pd.DataFrame
    title: str
    about: str


@dataclass(frozen=True)
class _Loaded:
    table: IOTable
    names: Mapping[str, tuple[str, str]]
    bundled: bool

    def analysed(self, options: Any) -> IOTable:
        """The table of local products, where imports are known by row, unless told not to."""
        if getattr(options, "total", False) or self.table.imports != "competitive":
            return self.table
        return self.table.local()


def _load(options: Any, place: str | None = None) -> _Loaded:
    from models.labels import SECTOR_NAMES

    chosen = place or options.table
    if chosen is None:
        if options.layout or options.year:
            raise InputError("--layout and --year belong to a table, and none is named")
        from sim.assess.province_table import bundled_table

        return _Loaded(bundled_table(), SECTOR_NAMES, True)
    from models.inputoutput.frames import CNY_PER_UNIT, standard_unit
    from models.inputoutput.reading import as_table, read_frames

    path = Path(chosen)
    layout = options.layout or ("pymrio" if path.is_dir() else "labelled")
    year = {} if options.year is None else {"year": options.year}
    frames = read_frames(path, layout=layout, **year)
    if standard_unit(frames.unit) in CNY_PER_UNIT:
        frames = frames.in_unit(MONEY)
    names = {code: (name, name) for code, name in frames.names.items()}
    return _Loaded(as_table(frames), names, False)


def _about(table: IOTable, lang: str) -> str:
    return word(
        "io_about",
        lang,
        table=table.name or table.source,
        year=table.year or "—",
        unit=table.unit,
        imports=word(f"io_imports_{table.imports}", lang),
    )


def _frame(loaded: _Loaded, columns: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    index = loaded.table.sectors
    labels = [" ".join(map(str, x)) if isinstance(x, tuple) else str(x) for x in index]
    names = [loaded.names.get(label, (label, label)) for label in labels]
    head = {"sector": labels, "name_en": [n[0] for n in names], "name_zh": [n[1] for n in names]}
    return pd.DataFrame({**head, **columns})


def _vectors(result: xr.Dataset) -> dict[str, Any]:
    return {str(k): v.to_numpy() for k, v in result.data_vars.items() if v.dims == ("sector",)}


def _multipliers(options: Any) -> _Found:
    loaded = _load(options)
    table = loaded.analysed(options)
    found = table.multipliers(of=options.of, type=options.type)
    columns = {"direct": found["direct"].to_numpy(), "multiplier": found.to_numpy()}
    frame = _frame(loaded, columns).assign(unit=found.attrs["units"])
    return _Found(frame, "cli_io_multipliers", _about(table, options.lang))


def _linkages(options: Any) -> _Found:
    loaded = _load(options)
    table = loaded.analysed(options)
    found = _frame(loaded, _vectors(table.linkages()))
    return _Found(found, "cli_io_linkages", _about(table, options.lang))


def _footprint(options: Any) -> _Found:
    loaded = _load(options)
    about = _about(loaded.table, options.lang)
    if loaded.bundled:
        from sim.assess.input_output import embodied_carbon

        frame = embodied_carbon(loaded.table, satellite=options.of)
        return _Found(frame, "cli_io_footprint", about)
    found = loaded.table.footprint(options.of)
    return _Found(_frame(loaded, _vectors(found)), "cli_io_footprint", about)


def _extract(options: Any) -> _Found:
    import pandas as pd

    loaded = _load(options)
    table = loaded.analysed(options)
    about = _about(table, options.lang)
    if loaded.bundled and not options.sectors and options.kind == "total":
        from sim.assess.input_output import dependence

        return _Found(dependence(loaded.table), "cli_io_extract", about)
    if not options.sectors:
        raise InputError("name the sectors to be extracted", key="--sectors")
    rows = []
    for text in options.sectors:
        found = table.extract(text.split(","), kind=options.kind, share=options.share)
        losses = {f"{k}": float(v.sum()) for k, v in found.data_vars.items()}
        rows.append({"sectors": text, **losses, "loss_share": found.attrs["loss_share"]})
    return _Found(pd.DataFrame(rows), "cli_io_extract", about)


def _price(options: Any) -> _Found:
    loaded = _load(options)
    table = loaded.analysed(options)
    about = _about(table, options.lang)
    if loaded.bundled and not options.total:
        from sim.assess.input_output import carbon_price_costs

        frame = carbon_price_costs(
            loaded.table, price=options.carbon_price, pass_through=options.pass_through
        )
        return _Found(frame, "cli_io_price", about)
    found = table.prices(carbon_price=options.carbon_price, pass_through=options.pass_through)
    return _Found(_frame(loaded, _vectors(found)), "cli_io_price", about)


def _shock(options: Any) -> _Found:
    loaded = _load(options)
    table = loaded.analysed(options)
    about = _about(table, options.lang)
    if loaded.bundled and not options.demand and not options.total and options.type == 1:
        from sim.assess.input_output import cluster_effects

        return _Found(cluster_effects(loaded.table), "cli_io_shock", about)
    if not options.demand:
        raise InputError("name the change of final demand", key="--demand", allowed="CODE=VALUE")
    demand = {}
    for text in options.demand:
        code, sign, value = text.rpartition("=")
        try:
            demand[code] = float(value)
        except ValueError:
            sign = ""
        if not sign:
            raise InputError("not a change", key="--demand", found=repr(text), allowed="CODE=VALUE")
    found = table.shock(demand, type=options.type)
    return _Found(_frame(loaded, _vectors(found)), "cli_io_shock", about)


def _sda(options: Any) -> _Found:
    if options.table is None:
        raise InputError("name the earlier table; the later one is the bundled table or --later")
    first = _load(options)
    if options.later is None:
        from sim.assess.province_table import bundled_table

        later = bundled_table()
    else:
        later = _load(options, options.later).table
    tables = [t.local() if t.imports == "competitive" else t for t in (first.table, later)]
    found = tables[0].decompose(tables[1], options.of, across_prices=True)
    effects = found["effect"].transpose("factor", "sector")
    columns = {str(f): effects.sel(factor=f).to_numpy() for f in effects["factor"].values}
    columns["change"] = found["change"].to_numpy()
    about = _about(tables[0], options.lang) + " → " + _about(tables[1], options.lang)
    return _Found(_frame(first, columns), "cli_io_sda", about)


ANALYSES: Final[Mapping[str, Callable[[Any], _Found]]] = {
    "multipliers": _multipliers,
    "linkages": _linkages,
    "footprint": _footprint,
    "extract": _extract,
    "price": _price,
    "sda": _sda,
    "shock": _shock,
}


def _show(found: _Found, options: Any) -> None:
    from sim.publish.tables import plain_table

    lang = options.lang
    # Identifiers are for programs; people read names.
    hidden = {"note", "cluster", "industry", "same_as", "name_en" if lang == "zh" else "name_zh"}
    keys = [key for key in found.frame.columns if key not in hidden]
    columns = [(key, _heading(key, found.frame[key].dtype.kind, lang)) for key in keys]
    cells = [
        {key: _cell(row[key], percent=key.endswith("_share")) for key in keys}
        for row in found.frame[keys].to_dict("records")
    ]
    write_tables([plain_table(word(found.title, lang), columns, cells)])
    if "same_as" in found.frame:
        tell(word("io_clusters_alike", lang), options.quiet)
    tell(found.about, options.quiet)


def _heading(key: str, kind: str, lang: str) -> str:
    from sim.publish.words import catalogue

    text = word(f"io_{key}", lang) if f"io_{key}" in catalogue() else key.replace("_", " ")
    return (">" if kind in "fi" else "") + text


def _cell(value: object, *, percent: bool = False) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return "—"
    if percent:
        return f"{value:.1%}"
    size = abs(value)
    digits: Sequence[tuple[float, str]] = ((1000.0, ",.0f"), (10.0, ",.1f"), (0.1, ".3f"))
    form = next((form for limit, form in digits if size >= limit), ".4f")
    return format(value, form)
