"""The command line: instant help, one-sentence errors, exit codes, machine-readable output."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.assess.targets import evaluate
from sim.cli import main
from sim.cli.arguments import build_parser, requested_language
from sim.errors import InputError
from sim.publish.words import word
from tests.synthetic import synthetic_run

HEAVY = ("numba", "xarray", "matplotlib", "pandas", "numpy", "scipy", "pydantic")


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


@pytest.fixture
def simulated(monkeypatch, tmp_path):
    """Stand in for the simulation: remember how it was called, return a synthetic run."""
    calls: list[dict[str, object]] = []

    def fake_run(scenarios, **options):
        calls.append({"scenarios": scenarios, **options})
        options["progress"](1, 1)
        Path(options["out"]).mkdir(parents=True, exist_ok=True)
        return synthetic_run(draws=60)

    monkeypatch.setattr(sim, "run", fake_run, raising=False)
    monkeypatch.chdir(tmp_path)
    return calls


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A run folder without kept draws."""
    from sim.ensemble import folder as module

    run = synthetic_run(draws=60, keep_draws=False)
    full = synthetic_run(draws=60)
    stored = run.__class__(
        run.scenarios, run.paths, run.ensemble, None, evaluate(full), run.manifest
    )
    monkeypatch.setattr(module, "read_run", lambda path: stored)
    return str(tmp_path)


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from sim.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(sim.__path__[0]).parent,
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_command_has_help(lang, capsys):
    parser = build_parser(lang)
    names = list(parser._subparsers._group_actions[0].choices)
    assert {"run", "targets", "compare", "figures", "scenarios", "show", "validate"} <= set(names)
    for name in names:
        with pytest.raises(SystemExit) as stopped:
            main([name, "--help", "--lang", lang])
        assert stopped.value.code == 0
        assert "--format" in capsys.readouterr().out


def test_without_command_help_is_shown(capsys):
    assert main([]) == 0
    assert "COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["runn"], "did you mean 'run'?"),
        (["run", "baseline", "--drews", "5"], "did you mean '--draws'?"),
        (["run"], "required: SCENARIO"),
        (["run", "baseline", "--draws", "0"], "--draws: at least 1 is needed"),
        (["run", "baseline", "--draws", "1e3"], "--draws: not a whole number: '1e3'"),
        (["run", "baseline", "--seed", "-1"], "seed: not a whole number in range"),
        (["run", "baseline", "--draw", "-1"], "--draw: draws are numbered from 0, found '-1'"),
        (["run", "baseline", "--draw", "x"], "--draw: not a whole number"),
        (["run", "baseline", "--threads", "x"], "--threads: not a whole number"),
        (["run", "baseline", "--horizon", "2010"], "horizon: not a horizon; found 2010"),
        (["run", "baselin"], "did you mean 'baseline'?"),
        (["run", "plan", "--out", "/dev/null/run"], "files cannot be written here"),
        (["run", "plan", "--engine", "dask"], "unknown argument; found '--engine'"),
        (["verify", "x"], "no such command"),
        (["solve", "x"], "no such command"),
        (["calibrate", "no/such/folder", "--out", "x"], "no such folder"),
        (["calibrate", "x"], "required: --out"),
        (["report", "no/such/folder"], "no complete run"),
        (["compare", "no/such/folder", "a", "b"], "no complete run"),
        (["show", "pln"], "did you mean 'plan'?"),
        (["run", "baseline", "--set", "x"], "--set takes key=value"),
        (["targets", "no/such/folder"], "no complete run"),
        (["validate", "no/such/file.yaml"], "no such file"),
        (
            ["run", "plan", "--sampler", "sobol", "--draws", "100"],
            "allowed: 16384 or 32768 with 16",
        ),
        (["run", "plan", "--sampler", "sobol", "--draw", "16384"], "allowed: 0 to 16383"),
        (["targets", "x", "--format", "xml"], "allowed: text, json, csv"),
        (["figures", "show", "002-217-gdp_growt-2025"], "did you mean"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(arguments, part, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert part in captured.err
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_disk_full_is_one_sentence(simulated, monkeypatch, capsys):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "runs/baseline")

    monkeypatch.setattr(sim, "run", full)
    assert main(["run", "baseline"]) == 2
    assert capsys.readouterr().err == "provsim: runs/baseline: No space left on device\n"


def test_too_little_memory_is_one_sentence(simulated, monkeypatch, capsys):
    def too_much(*_, **__):
        raise MemoryError

    monkeypatch.setattr(sim, "run", too_much)
    assert main(["run", "baseline"]) == 2
    assert capsys.readouterr().err == "provsim: not enough memory; ask for fewer draws\n"


def test_interrupt_is_code_3(simulated, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sim, "run", stop)
    assert main(["run", "baseline"]) == 3
    assert capsys.readouterr().err == "provsim: stopped\n"


def test_run_passes_everything_on_and_writes(simulated, tmp_path, capsys):
    code = main(
        [
            "run",
            "baseline",
            "plan",
            "--draws",
            "1_000",
            "--seed",
            "3",
            "--horizon",
            "2035",
            "--set",
            "energy.wind.build_gw={2027: 4.0}",
            "--threads",
            "2",
            "--keep-draws",
            "--out",
            "here",
        ]
    )
    assert code == 0
    call = simulated[0]
    assert call["scenarios"] == ["baseline", "plan"]
    assert call["draws"] == 1000
    assert call["seed"] == 3
    assert call["horizon"] == 2035
    assert call["overrides"] == {"energy.wind.build_gw": {2027: 4.0}}
    assert call["threads"] == 2
    assert call["keep_draws"] is True
    out = capsys.readouterr()
    assert "GDP growth, average 2026–2030" in out.out
    assert "Run folder: here" in out.err
    names = {path.name for path in (tmp_path / "here").iterdir()}
    assert names == {"report.html", "figures"}  # the rest is written by sim.run


def test_run_without_figures_in_json(simulated, tmp_path, capsys):
    assert main(["run", "baseline", "--no-figures", "-q", "--format", "json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    rows = json.loads(captured.out)
    assert {row["scenario"] for row in rows} == {"baseline", "plan"}
    outside = [row for row in rows if row["modelled"] == "not_modelled"]
    assert outside
    assert all(row["probability"] is None for row in outside)
    assert not (tmp_path / "runs/baseline/report.html").exists()


def test_options_may_stand_before_the_command(folder, capsys):
    assert main(["--format", "csv", "-q", "targets", folder]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) > 100
    assert list(rows[0])[:18] == [
        "scenario",
        "indicator",
        "document",
        "line",
        "basis",
        "comparator",
        "direction",
        "window",
        "target",
        "year",
        "unit",
        "modelled",
        "central",
        "p05",
        "p50",
        "p95",
        "probability",
        "probability_se",
    ]


def test_targets_in_chinese(folder, capsys):
    assert main(["targets", folder, "--lang", "zh"]) == 0
    captured = capsys.readouterr()
    assert "非化石能源占能源消费总量比重" in captured.out
    assert "概率" in captured.err


def test_joint_needs_draws_or_the_stored_table(folder, capsys):
    assert main(["targets", folder, "--joint"]) == 2
    assert "not kept" in capsys.readouterr().err
    from sim.assess.targets import joint

    joint(synthetic_run(draws=60)).to_csv(Path(folder) / "joint.csv", index=False)
    assert main(["targets", folder, "--joint"]) == 0
    assert "Modelled indicators of box 1" in capsys.readouterr().out


def test_compare(folder, capsys):
    assert main(["compare", folder, "plan", "baseline"]) == 0
    captured = capsys.readouterr()
    assert "GDP growth" in captured.out
    assert "not kept" in captured.err
    assert main(["compare", folder, "plan", "basline"]) == 2
    assert "did you mean 'baseline'" in capsys.readouterr().err


def test_report_is_written_beside_the_run(folder, capsys):
    assert main(["report", folder, "--lang", "zh"]) == 0
    assert "报告" in capsys.readouterr().err
    assert (Path(folder) / "report.html").stat().st_size > 100_000


def test_figures(capsys):
    assert main(["figures", "list", "--indicator", "non_fossil_share", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert any(row["id"] == "002-245-non_fossil_share-2030" for row in rows)
    assert main(["figures", "show", "002-245-non_fossil_share-2030", "--lang", "zh"]) == 0
    assert "非化石" in capsys.readouterr().out


def test_scenarios(capsys):
    assert main(["scenarios", "--format", "csv"]) == 0
    assert "baseline" in capsys.readouterr().out


def test_validate_names_the_mistake(tmp_path, capsys):
    good = tmp_path / "good.yaml"
    good.write_text(
        "name: good\ntitle: Good\ntitle_zh: 好\nextends: [baseline]\n", encoding="utf-8"
    )
    bad = tmp_path / "bad.yaml"
    bad.write_text("nam: bad\n", encoding="utf-8")
    assert main(["validate", str(bad)]) == 2
    assert "bad.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ("rd_grwth: {sd: 1}", "inputs.rd_grwth: no uncertain input of this name"),
        ("base_draw: {sd: 1}", "inputs.base_draw: no uncertain input of this name"),
        ("coefficient_column_14: {sd: 0.1}", "settings.coefficient_uncertainty: factors"),
    ],
)
def test_what_a_run_refuses_of_the_inputs_is_refused_by_validate(inputs, told, tmp_path, capsys):
    bad = tmp_path / "bad.yaml"
    bad.write_text(f"name: bad\nextends: plan\ninputs:\n  {inputs}\n", encoding="utf-8")
    heir = tmp_path / "heir.yaml"
    heir.write_text("name: heir\nextends: bad\n", encoding="utf-8")
    said = []
    for command in (["validate", str(bad)], ["validate", str(heir)], ["run", str(heir), "-q"]):
        out = ["--out", str(tmp_path / "out")] if command[0] == "run" else []
        assert main([*command, *out]) == 2
        said.append(capsys.readouterr().err)
    assert said[0].startswith(f"provsim: {bad}:4: inputs.")
    assert told in said[0]
    assert ("did you mean 'rd_growth'?" in said[0]) == ("rd_grwth" in inputs)
    assert said[1:] == said[:1] * 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_tells_the_number_of_draws_that_is_taken(lang):
    from sim.ensemble.methods import REPLICATES, count_draws

    told = word("cli_arg_draws", lang)
    for method in ("philox", "sobol"):
        assert str(count_draws(None, method, REPLICATES)) in told


def test_language_of_the_arguments_wins(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert requested_language(["run"]) == "zh"
    assert requested_language(["run", "--lang", "en"]) == "en"
    assert requested_language(["--lang=en", "run"]) == "en"


def test_parser_raises_instead_of_exiting():
    with pytest.raises(InputError):
        build_parser("en").parse_args(["compare", "x"])


# A real run folder -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> str:
    """A small real run, as `provsim run` leaves it."""
    place = tmp_path_factory.mktemp("real") / "run"
    sim.run(["baseline", "plan"], draws=60, out=place)
    return str(place)


COMMANDS = [
    ["run", "plan", "--draws", "4", "--no-figures", "--out", "{out}"],
    ["run", "plan", "--draw", "3"],
    ["targets", "{run}"],
    ["targets", "{run}", "--joint"],
    ["compare", "{run}", "plan", "baseline"],
    ["report", "{run}", "--out", "{out}/report.html"],
    ["figures"],
    ["figures", "list"],
    ["figures", "show", "002-245-non_fossil_share-2030"],
    ["figures", "audit"],
    ["scenarios"],
    ["show", "plan"],
    ["validate", "{scenario}"],
]


def filled(command: list[str], real: str, tmp_path: Path) -> list[str]:
    scenario = tmp_path / "mine.yaml"
    scenario.write_text("name: mine\ntitle: M\ntitle_zh: 我的\nextends: [plan]\n", "utf-8")
    return [part.format(run=real, out=tmp_path / "out", scenario=scenario) for part in command]


def test_a_draw_is_shown_as_the_run_has_it_and_nothing_is_written(
    real, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    changed = ["--set", "energy.wind.build_gw={2027: 4.0}"]
    assert main(["run", "plan", "baseline", "--draw", "9", "--format", "json", *changed]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert not list(tmp_path.iterdir())
    run = sim.run(["plan", "baseline"], draws=10, overrides={"energy.wind.build_gw": {2027: 4.0}})
    told = {
        (row["scenario"], row["name"], row["year"]): row["value"]
        for row in rows
        if row["part"] == "result"
    }
    assert {row["part"] for row in rows} == {"input", "driver", "result", "identity"}
    for scenario in ("plan", "baseline"):
        drawn = run.draws["co2_total"].sel(scenario=scenario, draw=9)
        for year in (2025, 2030):
            assert told[scenario, "co2_total", year] == float(drawn.sel(year=year))
    assert main(["run", "plan", "--draw", "9"]) == 0
    assert "draw 9: uncertain inputs" in capsys.readouterr().out


def test_every_command_is_listed_here():
    """`backtest`, `calibrate` and `io` have tests of their own."""
    parser = build_parser("en")
    names = set(parser._subparsers._group_actions[0].choices)
    assert {command[0] for command in COMMANDS} | {"backtest", "calibrate", "io"} == names


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_machine_readable_output(command, form, real, tmp_path, capsys):
    assert main([*filled(command, real, tmp_path), "--format", form, "-q"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(captured.out), strict=True))
        assert all(None not in row and None not in row.values() for row in rows)
    else:
        rows = json.loads(captured.out, parse_constant=pytest.fail)
    assert rows


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_speaks_chinese(command, real, tmp_path, capsys):
    command = filled(command, real, tmp_path)
    assert main([*command, "--lang", "zh"]) == 0
    captured = capsys.readouterr()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in captured.out + captured.err)
    assert " nan " not in captured.out


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_quiet_commands_write_nothing_to_standard_error(command, real, tmp_path, capsys):
    assert main([*filled(command, real, tmp_path), "--quiet"]) == 0
    assert capsys.readouterr().err == ""


# The process -------------------------------------------------------------------------------


def started(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *arguments],
        cwd=Path(sim.__path__[0]).parent,
        stderr=subprocess.PIPE,
        env=environment,
        **options,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["figures", "list"],
        ["figures", "list", "--format", "json"],
        ["show", "plan", "--all", "--format", "csv"],
        ["targets", "{run}"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_closed_pipe_is_no_error(arguments, real, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    process = started(*filled(arguments, real, tmp_path), "-q", stdout=writing)
    os.close(writing)
    _, told = process.communicate(timeout=60)
    assert told == b""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_standard_output_is_one_sentence():
    with open("/dev/full", "wb") as full:
        process = started("scenarios", "--format", "json", stdout=full)
        _, told = process.communicate(timeout=60)
    assert told == b"provsim: No space left on device\n"
    assert process.returncode == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_narrow_encoding_is_no_error(lang):
    process = started(
        *("scenarios", "--lang", lang),
        stdout=subprocess.PIPE,
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    out, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, b"")
    assert b"baseline" in out


@pytest.mark.usefixtures("real")  # kernels are compiled by now
def test_an_interrupted_run_is_code_3_and_leaves_no_folder(tmp_path):
    process = started(
        *("run", "plan", "--draws", "1000000", "--no-figures", "--out", str(tmp_path / "run")),
        stdout=subprocess.PIPE,
        # a shell starts jobs in the background with interrupts ignored, and children inherit it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(4.0)
    while process.poll() is None:  # libraries swallow an interrupt inside their callbacks
        process.send_signal(signal.SIGINT)
        time.sleep(1.0)
    _, told = process.communicate(timeout=60)
    assert told.endswith(b"provsim: stopped\n")
    assert process.returncode == 3
    assert list(tmp_path.iterdir()) == []
