"""The command line: instant help, one-sentence errors, exit codes, machine-readable output."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.assess.targets import evaluate
from sim.cli import main
from sim.cli.arguments import build_parser, requested_language
from sim.errors import InputError
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
        (["run", "baseline", "--draws", "0"], "--draws"),
        (["run", "baseline", "--set", "x"], "--set takes key=value"),
        (["targets", "no/such/folder"], "no complete run"),
        (["validate", "no/such/file.yaml"], "no such file"),
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
    out = capsys.readouterr()
    assert "GDP growth, average 2026–2030" in out.out
    assert "Run folder: here" in out.err
    names = {path.name for path in (tmp_path / "here").iterdir()}
    assert names == {"joint.csv", "differences.csv", "report.html", "figures"}


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


def test_language_of_the_arguments_wins(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert requested_language(["run"]) == "zh"
    assert requested_language(["run", "--lang", "en"]) == "en"
    assert requested_language(["--lang=en", "run"]) == "en"


def test_parser_raises_instead_of_exiting():
    with pytest.raises(InputError):
        build_parser("en").parse_args(["compare", "x"])
