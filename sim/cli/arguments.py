"""The grammar of the command line; it imports nothing heavy, so that help is instant."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from sim.cli.backtest import add_backtest
from sim.cli.input_output import add_io
from sim.errors import InputError, nearest_name
from sim.publish.words import LANGUAGES, check_language, locale_language, word

FORMATS = ("text", "json", "csv")
DEFAULT_SEED = 1


def requested_language(arguments: Sequence[str]) -> str:
    """Return the language asked for with ``--lang``, else that of the locale.

    It is needed before the arguments are parsed, because help is written in it.
    """
    for i, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            value = argument.partition("=")[2]
        elif argument == "--lang" and i + 1 < len(arguments):
            value = arguments[i + 1]
        else:
            continue
        if value in LANGUAGES:
            return value
    return locale_language()


class Parser(argparse.ArgumentParser):
    """A parser that reports a mistake as one sentence, with the nearest valid name."""

    def error(self, message: str) -> NoReturn:
        """Raise the mistake as `InputError`."""
        raise InputError(message.strip().rstrip("."))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            raise InputError(
                "no such command" if action.dest in ("command", "action") else "not a valid value",
                key=None if action.dest in ("command", "action") else f"--{action.dest}",
                found=repr(value),
                allowed=", ".join(choices),
                nearest=nearest_name(str(value), choices),
            )

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; an unknown option names the nearest one."""
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            near = nearest_name(rest[0], sorted(_options(self) - {rest[0]}))
            raise InputError("unknown argument", found=repr(rest[0]), nearest=near)
        return found


def _options(parser: argparse.ArgumentParser) -> set[str]:
    names: set[str] = set()
    for action in parser._actions:
        names.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                names |= _options(child)
    return names


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a whole number: {text!r}") from None


def _count(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"at least 1 is needed, found {text!r}")
    return number


def _number(text: str) -> int:
    number = _whole(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"draws are numbered from 0, found {text!r}")
    return number


def _add_common(parser: argparse.ArgumentParser, lang: str, *, top: bool) -> None:
    """Add the options that every command takes.

    A command does not repeat the defaults, so that an option before its name stays.
    """
    quiet, form = (False, FORMATS[0]) if top else (argparse.SUPPRESS, argparse.SUPPRESS)
    parser._positionals.title = word("cli_positionals", lang)
    parser._optionals.title = word("cli_options", lang)
    parser.add_argument("-h", "--help", action="help", help=word("cli_help", lang))
    parser.add_argument(
        "--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=word("cli_lang", lang)
    )
    parser.add_argument(
        "-q", "--quiet", action="store_true", default=quiet, help=word("cli_quiet", lang)
    )
    parser.add_argument("--format", choices=FORMATS, default=form, help=word("cli_format", lang))


class _Builder:
    """Adds commands in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def parser(self, name: str, subparsers: Any, key: str) -> Parser:
        text = self.say(key)
        made: Parser = subparsers.add_parser(name, help=text, description=text, add_help=False)
        _add_common(made, self.lang, top=False)
        return made

    def say(self, key: str) -> str:
        return word(key, self.lang)


class _Version(argparse.Action):
    """Print the version; the package's metadata are read only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("provsim")
        except PackageNotFoundError:
            number = "source"
        parser.exit(message=f"provsim {number}\n")


def build_parser(lang: str) -> Parser:
    """Return the parser with its help in `lang`."""
    check_language(lang)
    build = _Builder(lang)
    parser = Parser(prog="provsim", description=word("cli_description", lang), add_help=False)
    _add_common(parser, lang, top=True)
    parser.add_argument("--version", action=_Version, nargs=0, help=word("cli_version", lang))
    commands = parser.add_subparsers(
        title=word("cli_commands", lang), dest="command", metavar="COMMAND", parser_class=Parser
    )
    _add_run(build, commands)
    _add_results(build, commands)
    _add_figures(build, commands)
    _add_scenarios(build, commands)
    add_io(build, commands, Parser)
    add_backtest(build, commands)
    pack = build.parser("calibrate", commands, "cli_calibrate")
    pack.add_argument(
        "province_dir", nargs="?", metavar="PROVINCE_DIR", help=build.say("cli_arg_province")
    )
    pack.add_argument("--out", metavar="PACK", help=build.say("cli_arg_out_pack"))
    pack.add_argument("--template", metavar="DIR", help=build.say("cli_arg_template"))
    return parser


def _add_run(build: _Builder, commands: Any) -> None:
    run = build.parser("run", commands, "cli_run")
    run.add_argument(
        "scenarios", nargs="+", metavar="SCENARIO", help=build.say("cli_arg_scenarios")
    )
    run.add_argument("--draws", type=_count, metavar="N", help=build.say("cli_arg_draws"))
    run.add_argument(
        "--seed", type=_whole, default=DEFAULT_SEED, metavar="S", help=build.say("cli_arg_seed")
    )
    run.add_argument("--horizon", type=_whole, metavar="YEAR", help=build.say("cli_arg_horizon"))
    run.add_argument("--pack", metavar="PACK", help=build.say("cli_arg_pack"))
    run.add_argument("--out", metavar="DIR", help=build.say("cli_arg_out"))
    run.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=build.say("cli_arg_set"),
    )
    run.add_argument(
        "--sampler", default="philox", metavar="METHOD", help=build.say("cli_arg_sampler")
    )
    run.add_argument(
        "--replicates", type=_count, default=16, metavar="R", help=build.say("cli_arg_replicates")
    )
    run.add_argument("--threads", type=_count, metavar="T", help=build.say("cli_arg_threads"))
    run.add_argument("--draw", type=_number, metavar="N", help=build.say("cli_arg_draw"))
    run.add_argument("--keep-draws", action="store_true", help=build.say("cli_arg_keep_draws"))
    run.add_argument("--no-figures", action="store_true", help=build.say("cli_arg_no_figures"))


def _add_results(build: _Builder, commands: Any) -> None:
    targets = build.parser("targets", commands, "cli_targets")
    targets.add_argument("run", metavar="RUN", help=build.say("cli_arg_run"))
    targets.add_argument("--joint", action="store_true", help=build.say("cli_arg_joint"))
    compare = build.parser("compare", commands, "cli_compare")
    compare.add_argument("run", metavar="RUN", help=build.say("cli_arg_run"))
    compare.add_argument("a", metavar="A", help=build.say("cli_arg_a"))
    compare.add_argument("b", metavar="B", help=build.say("cli_arg_b"))
    compare.add_argument(
        "--year", dest="years", type=_whole, action="append", help=build.say("cli_arg_years")
    )
    report = build.parser("report", commands, "cli_report")
    report.add_argument("run", metavar="RUN", help=build.say("cli_arg_run"))
    report.add_argument("--out", metavar="FILE", help=build.say("cli_arg_out_report"))


def _add_figures(build: _Builder, commands: Any) -> None:
    figures = build.parser("figures", commands, "cli_figures")
    actions = figures.add_subparsers(
        title=build.say("cli_commands"), dest="action", metavar="ACTION", parser_class=Parser
    )
    listing = build.parser("list", actions, "cli_figures_list")
    for name in ("indicator", "domain", "period", "basis", "document"):
        listing.add_argument(f"--{name}", help=build.say(f"cli_arg_filter_{name}"))
    show = build.parser("show", actions, "cli_figures_show")
    show.add_argument("id", metavar="ID", help=build.say("cli_arg_id"))
    build.parser("audit", actions, "cli_figures_audit")


def _add_scenarios(build: _Builder, commands: Any) -> None:
    build.parser("scenarios", commands, "cli_scenarios")
    show = build.parser("show", commands, "cli_show")
    show.add_argument("scenario", metavar="SCENARIO", help=build.say("cli_arg_scenario"))
    show.add_argument("--all", action="store_true", help=build.say("cli_arg_all"))
    show.add_argument("--pack", metavar="PACK", help=build.say("cli_arg_pack"))
    show.add_argument("--horizon", type=_whole, metavar="YEAR", help=build.say("cli_arg_horizon"))
    show.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=build.say("cli_arg_set"),
    )
    validate = build.parser("validate", commands, "cli_validate")
    validate.add_argument("files", nargs="+", metavar="FILE", help=build.say("cli_arg_file"))
    validate.add_argument("--pack", metavar="PACK", help=build.say("cli_arg_pack"))
