"""The command ``provsim``."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence

from sim.cli.arguments import build_parser, requested_language
from sim.errors import InputError
from sim.publish.words import word

__all__ = ["main"]

BAD_INPUT = 2
STOPPED = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        0 on success, 2 on bad input (one sentence on standard error), 3 where the user
        stopped a run.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a narrow encoding cannot show is escaped, not an error.
            stream.reconfigure(errors="backslashreplace")
    arguments = list(sys.argv[1:] if argv is None else argv)
    lang = requested_language(arguments)
    try:
        options = build_parser(lang).parse_args(arguments)
        options.lang = lang
        from sim.cli.commands import execute

        execute(options)
        sys.stdout.flush()
    except InputError as error:
        return _fail(str(error), BAD_INPUT)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second one changes nothing
        return _fail(word("cli_stopped", lang), STOPPED)
    except BrokenPipeError:
        # The reader of a pipe has gone; keep the interpreter from flushing into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        return _fail("not enough memory; ask for fewer draws", BAD_INPUT)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(place + (error.strerror or str(error)), BAD_INPUT)
    return 0


def _fail(message: str, code: int) -> int:
    print(f"provsim: {message}", file=sys.stderr)
    return code
