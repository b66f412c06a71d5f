"""What each command does; heavy parts are imported where they are used."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.arguments import build_parser
from sim.cli.backtest import backtest_command
from sim.cli.input_output import io_command
from sim.cli.output import ProgressBar, records, tell, write_rows, write_tables
from sim.cli.trace import trace_command
from sim.errors import InputError
from sim.publish.words import catalogue, word

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sim.assess.results import RunResult

WORTH_TELLING = 3.0  # standard deviations


def execute(options: Any) -> None:
    """Do what the parsed arguments ask for.

    Raises
    ------
    InputError
        Where no command is named, or the input is bad.
    """
    if options.command is None:
        build_parser(options.lang).print_help()
        return
    COMMANDS[options.command](options)


def _titles(run: RunResult, lang: str) -> Mapping[str, str]:
    from sim.assess.results import scenario_names, scenario_title

    return {name: scenario_title(run, name, lang) for name in scenario_names(run)}


def _show_targets(run: RunResult, table: pd.DataFrame, options: Any) -> None:
    if options.format != "text":
        write_rows(records(table), options.format)
        return
    if table.empty:
        tell(word("table_no_targets", options.lang), options.quiet)
        return
    from sim.publish.tables import peak_note, target_tables

    write_tables(target_tables(table, _titles(run, options.lang), options.lang))
    tell(word("table_stored", options.lang), options.quiet)
    note = peak_note(table, int(run.paths["year"][-1]), options.lang)
    if note:
        tell(note, options.quiet)


def _changes(options: Any) -> dict[str, object]:
    from sim.scenario import parse_set

    return dict(parse_set(text) for text in options.changes)


def _default_folder(scenarios: list[str]) -> Path:
    return Path("runs") / "-".join(Path(name).stem for name in scenarios)


def run_command(options: Any) -> None:
    """Run scenarios, write the run folder and print the target table; or trace a draw."""
    import sim
    from sim.assess.targets import evaluate

    changes = _changes(options)
    if options.draw is not None:
        trace_command(options, changes)
        return
    folder = Path(options.out) if options.out else _default_folder(options.scenarios)
    with ProgressBar(word("cli_progress", options.lang), options.quiet) as progress:
        run = sim.run(
            options.scenarios,
            draws=options.draws,
            seed=options.seed,
            horizon=options.horizon,
            out=folder,
            threads=options.threads,
            overrides=changes,
            keep_draws=options.keep_draws,
            sampler=options.sampler,
            replicates=options.replicates,
            pack=options.pack,
            progress=progress,
        )
    table = evaluate(run) if run.targets_table is None else run.targets_table
    if not options.no_figures:
        from sim.publish.charts import write_figures
        from sim.publish.report import write_report

        write_figures(run, folder / "figures", options.lang)
        write_report(run, folder / "report.html", options.lang)
    _show_targets(run, table, options)
    tell(word("cli_written", options.lang, path=folder), options.quiet)


def _read_run(place: str) -> RunResult:
    from sim.ensemble.folder import read_run

    return read_run(Path(place))


def _stored(place: str, name: str) -> pd.DataFrame | None:
    """Return a table that was computed from the draws when the run was made."""
    import pandas as pd

    path = Path(place) / name
    return pd.read_csv(path) if path.is_file() else None


def targets_command(options: Any) -> None:
    """Print the target table of a run, or its joint probabilities."""
    from sim.assess.targets import evaluate, joint
    from sim.ensemble.folder import JOINT

    run = _read_run(options.run)
    if not options.joint:
        _show_targets(run, evaluate(run), options)
        return
    together = _stored(options.run, JOINT)
    if together is None:
        together = joint(run)
    if options.format != "text":
        write_rows(records(together), options.format)
        return
    write_tables(_joint_tables(together, _titles(run, options.lang), options.lang))


def _joint_tables(together: pd.DataFrame, titles: Mapping[str, str], lang: str) -> list[Any]:
    from sim.assess.register import load_targets
    from sim.publish.numbers import probability
    from sim.publish.tables import plain_table
    from sim.publish.words import join_names

    names = {target.target_id: target.name(lang) for target in load_targets()}
    columns = [
        ("targets", word("column_set", lang)),
        ("joint", ">" + word("column_joint", lang)),
        ("independent", ">" + word("column_independent", lang)),
    ]
    tables = []
    for scenario in dict.fromkeys(together["scenario"]):
        rows = []
        for row in together[together["scenario"] == scenario].to_dict("records"):
            members = [names[name] for name in str(row["targets"]).split(";")]
            pair = row["set"] in ("pair", "set")
            label = join_names(members, lang) if pair else word(f"set_{row['set']}", lang)
            rows.append(
                {
                    "targets": label if pair else f"{label} ({row['count']})",
                    "joint": probability(row["probability"], row["probability_se"]),
                    "independent": probability(row["independent"]),
                }
            )
        title = word("table_joint_title", lang, scenario=titles.get(scenario, scenario))
        tables.append(plain_table(title, columns, rows))
    return tables


def compare_command(options: Any) -> None:
    """Print the paired difference of two scenarios, and what CO2 owes to which factor."""
    from sim.assess.compare import compare, stored_difference
    from sim.assess.decomposition import obstacle
    from sim.ensemble.folder import DIFFERENCES
    from sim.publish.decompositions import split_differences, split_rows, split_tables
    from sim.publish.tables import difference_tables

    lang = options.lang
    run = _read_run(options.run)
    # Computed in any case: it checks the names of the scenarios and the years.
    table = compare(run, options.a, options.b, options.years)
    stored = None if run.draws is not None else _stored(options.run, DIFFERENCES)
    if stored is not None:
        found = stored_difference(stored, options.a, options.b, options.years)
        table = table if found.empty else found
    reason = obstacle(run.manifest)
    split = None if reason else split_differences(run, options.a, options.b, options.years)
    if options.format != "text":
        rows = records(table)
        if split is not None:
            rows += [dict.fromkeys(rows[0]) | row for row in split_rows(split)]
        write_rows(rows, options.format)
    else:
        titles = _titles(run, lang)
        write_tables(difference_tables(table, titles[options.a], titles[options.b], lang))
        if split is not None:
            write_tables(split_tables(split, titles[options.a], titles[options.b], lang))
    if reason:
        tell(word("cli_no_split", lang, reason=reason), options.quiet)
    if options.format == "text" and table["p05"].isna().all():
        tell(word("cli_no_spread", lang), options.quiet)


def report_command(options: Any) -> None:
    """Write the HTML report of a run."""
    from sim.ensemble.folder import JOINT
    from sim.publish.report import write_report

    path = Path(options.out) if options.out else Path(options.run) / "report.html"
    run = _read_run(options.run)
    written = write_report(run, path, options.lang, together=_stored(options.run, JOINT))
    if options.format != "text":
        write_rows([{"file": str(written)}], options.format)
    tell(word("cli_report_written", options.lang, path=written), options.quiet)


def _show_rows(rows: list[dict[str, object]], title: str, options: Any) -> None:
    if options.format != "text":
        write_rows(rows, options.format)
        return
    from sim.publish.tables import plain_table

    def told(key: str, text: str) -> str:
        return word(key, options.lang) if key in catalogue() else text

    columns = [(key, told(f"head_{key}", key)) for key in (rows[0] if rows else ())]
    cells = [
        {
            key: "" if value is None else told(f"told_{value}", str(value))
            for key, value in row.items()
        }
        for row in rows
    ]
    write_tables([plain_table(title, columns, cells)])


def figures_command(options: Any) -> None:
    """List, show or audit the figures of the documents."""
    from sim.figures.command import audit_table, list_rows, show_row

    lang = options.lang
    if options.action == "show":
        rows = show_row(options.id, lang)
    elif options.action == "audit":
        rows = audit_table(lang)
    elif options.action == "list":
        filters = ("indicator", "domain", "period", "basis", "document")
        rows = list_rows(lang=lang, **{name: getattr(options, name) for name in filters})
    else:
        rows = list_rows(lang=lang)
    _show_rows(rows, word(f"cli_figures_{options.action or 'list'}", lang), options)


def scenarios_command(options: Any) -> None:
    """List the bundled scenarios."""
    from sim.scenario import bundled_scenarios, load_scenario

    lang = options.lang
    rows: list[dict[str, object]] = []
    for name, path in bundled_scenarios().items():
        document = load_scenario(path)
        zh = lang == "zh"
        rows.append(
            {
                "name": name,
                "title": document.title_zh if zh else document.title,
                "description": document.description_zh if zh else document.description,
            }
        )
    _show_rows(rows, word("table_scenarios_title", lang), options)


def _pack(options: Any) -> xr.Dataset:
    from sim.baseyear.pack import load_pack

    return load_pack(None if options.pack is None else Path(options.pack))


def show_command(options: Any) -> None:
    """Print a resolved scenario with the origin of every value."""
    from sim.scenario import scenario

    found = scenario(options.scenario)
    changes = _changes(options)
    if changes:
        found = found.set(changes)
    resolved = found.resolve(_pack(options), horizon=options.horizon)
    table = resolved.provenance()
    if options.format != "text":
        write_rows(records(table), options.format)
        return
    lang = options.lang
    own = table if options.all else table[~table["origin"].isin(["default", "pack"])]
    from sim.publish.tables import provenance_table

    title = resolved.title_zh if lang == "zh" else resolved.title
    write_tables([provenance_table(own, title, lang)])
    if len(own) < len(table):
        tell(word("cli_defaults", lang, count=len(table) - len(own)), options.quiet)


def validate_command(options: Any) -> None:
    """Check scenario files without running them."""
    from sim.ensemble.widths import check_widths
    from sim.scenario import scenario

    rows: list[dict[str, object]] = []
    for file in options.files:
        if not Path(file).is_file():
            raise InputError("there is no such file", file=file)
        check_widths(scenario(Path(file)).resolve(None if options.pack is None else _pack(options)))
        rows.append({"file": file, "valid": True})
    if options.format != "text":
        write_rows(rows, options.format)
        return
    for row in rows:
        print(word("cli_valid", options.lang, file=row["file"]))


def calibrate_command(options: Any) -> None:
    """Build a base-year pack from a province's files, or write a folder to fill in."""
    if options.template is not None:
        from sim.baseyear.province.template import write_template

        write_template(Path(options.template))
        tell(word("cli_template_written", options.lang, path=options.template), options.quiet)
        return
    wanted = {"PROVINCE_DIR": options.province_dir, "--out": options.out}
    lacking = ", ".join(name for name, value in wanted.items() if value is None)
    if lacking:
        raise InputError(f"the following arguments are required: {lacking} (or --template DIR)")
    # Sums of a threaded BLAS hang on the number of processors; read when numpy loads.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    try:
        from sim.baseyear.calibrate import calibrate
        from sim.baseyear.pack import read_manifest
    except ModuleNotFoundError as error:
        raise InputError(
            f"this needs the package {error.name}; install provsim[calibrate]"
        ) from error

    place, out = Path(options.province_dir), Path(options.out)
    if not place.is_dir():
        raise InputError("there is no such folder", file=place)
    calibrate(place, out)
    if options.format != "text":
        manifest = read_manifest(out)
        told = ("content_sha256", "observations", "base_draws")
        row = {"pack": options.out, **{key: manifest[key] for key in told}}
        write_rows([row], options.format)
    else:
        _show_estimated(out, options)
    tell(word("cli_pack_written", options.lang, path=options.out), options.quiet)


def _show_estimated(out: Path, options: Any) -> None:
    """Print what was estimated, and the observations that fit worst."""
    from sim.baseyear.pack import read_observations
    from sim.publish.tables import plain_table

    lang = options.lang
    suffix = "_zh" if lang == "zh" else ""
    estimated = _stored(str(out), "estimated.csv")
    if estimated is not None and not options.quiet:
        names = ("what", "why", "how")
        columns = [(f"{name}{suffix}", word(f"column_estimated_{name}", lang)) for name in names]
        columns.append(("value", ">" + word("column_value", lang)))
        columns.append(("unit", word("column_unit", lang)))
        rows = [
            {**row, "value": "" if row["value"] != row["value"] else f"{row['value']:.4g}"}
            for row in estimated.fillna({"unit": ""}).to_dict("records")
        ]
        write_tables([plain_table(word("table_estimated_title", lang), columns, rows)])
    observed = read_observations(out)
    worst = observed[observed["z"].abs() > WORTH_TELLING]
    if not worst.empty:
        text = "; ".join(
            f"{row.id}: {row.observed:.4g} -> {row.reconciled:.4g} {row.unit} (z {row.z:+.1f})"
            for row in worst.itertuples()
        )
        tell(word("cli_residuals", lang, count=len(worst), text=text), options.quiet)


COMMANDS: Mapping[str, Callable[[Any], None]] = {
    "run": run_command,
    "targets": targets_command,
    "compare": compare_command,
    "report": report_command,
    "figures": figures_command,
    "scenarios": scenarios_command,
    "show": show_command,
    "validate": validate_command,
    "calibrate": calibrate_command,
    "io": io_command,
    "backtest": backtest_command,
}
