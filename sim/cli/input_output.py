"""``provsim io``: input-output analyses of the bundled table or of any other.

Without a table the analyses answer the provincial questions with the bundled table of 2025:
shocks are demand for the products of the plan's industry clusters, extractions are steel,
petrochemicals and vehicles, prices those of a carbon price.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.cli.input_output_text import Found, show, unit_word
from sim.cli.output import records, write_rows
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
BUNDLED: Final = "Liaoning 2025"  # name of the bundled table
ESTIMATED_JOBS: Final = "employment"


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
    show(found, options)


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
    english = {zh: en for en, zh in SECTOR_NAMES.values()}
    names = {code: (english.get(name, name), name) for code, name in frames.names.items()}
    return _Loaded(as_table(frames), names, False)


def _about(table: IOTable, lang: str, unit: str = "") -> str:
    return word(
        "io_about",
        lang,
        table=word("io_bundled", lang) if table.name == BUNDLED else table.name or table.source,
        year=table.year or "—",
        unit=unit_word(unit or table.unit, lang),
        imports=word(f"io_imports_{table.imports}", lang),
    )


def _jobs_note(account: str) -> tuple[str, ...]:
    return ("io_jobs_estimated",) if account == ESTIMATED_JOBS else ()


def _frame(loaded: _Loaded, columns: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    index = loaded.table.sectors
    labels = [" ".join(map(str, x)) if isinstance(x, tuple) else str(x) for x in index]
    names = [loaded.names.get(label, (label, label)) for label in labels]
    head = {"sector": labels, "name_en": [n[0] for n in names], "name_zh": [n[1] for n in names]}
    return pd.DataFrame({**head, **columns})


def _units(result: xr.Dataset, options: Any) -> dict[str, str]:
    """Units of the results, in the reader's language."""
    return {
        str(name): unit_word(values.attrs["units"], options.lang)
        for name, values in result.data_vars.items()
        if values.attrs.get("units")
    }


def _vectors(result: xr.Dataset) -> dict[str, Any]:
    return {str(k): v.to_numpy() for k, v in result.data_vars.items() if v.dims == ("sector",)}


def _multipliers(options: Any) -> Found:
    loaded = _load(options)
    table = loaded.analysed(options)
    found = table.multipliers(of=options.of, type=options.type)
    columns = {"direct": found["direct"].to_numpy(), "multiplier": found.to_numpy()}
    unit = found.attrs["units"]
    if options.format == "text":
        unit = unit_word(unit, options.lang)
    frame = _frame(loaded, columns).assign(unit=unit)
    notes = _jobs_note(options.of) if loaded.bundled else ()
    return Found(frame, "io_title_multipliers", _about(table, options.lang), notes=notes)


def _linkages(options: Any) -> Found:
    loaded = _load(options)
    table = loaded.analysed(options)
    found = _frame(loaded, _vectors(table.linkages()))
    if options.format == "text":
        found["kind"] = [word(f"io_kind_{kind}", options.lang) for kind in found["kind"]]
    return Found(found, "io_title_linkages", _about(table, options.lang))


def _footprint(options: Any) -> Found:
    loaded = _load(options)
    about = _about(loaded.table, options.lang)
    if loaded.bundled:
        from sim.assess.input_output import bundled_draws, embodied_carbon

        frame = embodied_carbon(loaded.table, satellite=options.of, draws=bundled_draws())
        notes = ("io_band_demand", *_jobs_note(options.of))
        unit = loaded.table.satellite(options.of).attrs["units"]
        about = _about(loaded.table.local(), options.lang, unit)
        return Found(frame, "io_title_footprint_use", about, frozenset({"share"}), notes)
    found = loaded.table.footprint(options.of)
    units = _units(found, options)
    return Found(_frame(loaded, _vectors(found)), "io_title_footprint", about, units=units)


def _extract(options: Any) -> Found:
    import pandas as pd

    loaded = _load(options)
    table = loaded.analysed(options)
    about = _about(table, options.lang)
    if loaded.bundled and not options.sectors and options.kind == "total":
        from sim.assess.input_output import bundled_draws, dependence

        frame = dependence(loaded.table, draws=bundled_draws())
        said = ("io_band_demand", "io_jobs_estimated")
        return Found(frame, "io_title_extract_industries", about, notes=said)
    if not options.sectors:
        raise InputError("name the sectors to be extracted", key="--sectors")
    rows = []
    for text in options.sectors:
        found = table.extract(text.split(","), kind=options.kind, share=options.share)
        losses = {f"{k}": float(v.sum()) for k, v in found.data_vars.items()}
        rows.append({"sectors": text, **losses, "loss_share": found.attrs["loss_share"]})
    units = _units(found, options)
    notes = _jobs_note(ESTIMATED_JOBS) if loaded.bundled else ()
    return Found(pd.DataFrame(rows), "io_title_extract", about, notes=notes, units=units)


def _price(options: Any) -> Found:
    loaded = _load(options)
    table = loaded.analysed(options)
    about = _about(table, options.lang)
    if loaded.bundled and not options.total:
        from sim.assess.input_output import carbon_price_costs

        frame = carbon_price_costs(
            loaded.table, price=options.carbon_price, pass_through=options.pass_through
        )
        shown = frozenset({"direct", "cost", "price"})
        return Found(frame, "io_title_price", about, shown, ("io_no_band",))
    found = table.prices(carbon_price=options.carbon_price, pass_through=options.pass_through)
    shown = frozenset({"price_change", "unit_cost_change", "absorbed", "direct_cost"})
    return Found(_frame(loaded, _vectors(found)), "io_title_price", about, shown)


def _shock(options: Any) -> Found:
    loaded = _load(options)
    table = loaded.analysed(options)
    about = _about(table, options.lang)
    if loaded.bundled and not options.demand and not options.total and options.type == 1:
        from sim.assess.input_output import bundled_draws, cluster_effects

        frame = cluster_effects(loaded.table, draws=bundled_draws())
        alike = ("io_clusters_alike", "io_band_energy", "io_jobs_estimated")
        return Found(frame, "io_title_shock_clusters", about, notes=alike)
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
    frame = _frame(loaded, _vectors(found))
    units = _units(found, options)
    notes = _jobs_note(ESTIMATED_JOBS) if loaded.bundled else ()
    return Found(frame, "io_title_shock", about, notes=notes, units=units)


def _sda(options: Any) -> Found:
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
    return Found(_frame(first, columns), "io_title_sda", about)


ANALYSES: Final[Mapping[str, Callable[[Any], Found]]] = {
    "multipliers": _multipliers,
    "linkages": _linkages,
    "footprint": _footprint,
    "extract": _extract,
    "price": _price,
    "sda": _sda,
    "shock": _shock,
}
