"""The command ``fabsim``: what it is made of and how it ends."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import click

from fabsim import __version__
from fabsim.cli.group import LazyGroup
from fabsim.terms import FabsimError, InputError, StallError

INTERNAL, USAGE, FAILED, INTERRUPTED = 1, 2, 4, 130
"""Exit codes beside 0: an internal error, bad usage or input, a failed check, an interrupt."""


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"fabsim {__version__}")
        context.exit()


fabsim = LazyGroup(
    "fabsim",
    package="fabsim.cli",
    names=("run", "batch", "report", "explain", "check", "capacity", "import", "schema", "bench"),
    help="Simulate a wafer fab, lot move by lot move: cycle time, delivery, WIP and tools, always with the seed they came from.",
    params=[click.Option(["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")],
    context_settings={"help_option_names": ["-h", "--help"]},
)


OBJECTS = 100_000
"""How many new objects make Python look for garbage: libraries make ten times as many while they load, none of it garbage."""


def command() -> int:
    """Be a process of its own: `main`, quick to begin and to end."""
    gc.set_threshold(OBJECTS)
    try:
        return main()
    finally:
        gc.freeze()  # what is left ends with the process; looking through it would take a quarter of a second


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors are told on standard error, without a traceback.

    ``FABSIM_DEBUG=1`` in the environment lets an internal error through as Python raised it.
    """
    try:
        code = fabsim.main(args, prog_name="fabsim", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort as abort:
        return _tell(str(abort.__cause__ or "") or "interrupted", INTERRUPTED)
    except StallError as error:
        return _tell(str(error), FAILED)
    except FabsimError as error:
        return _tell(str(error), USAGE if isinstance(error, InputError) else INTERNAL)
    except BrokenPipeError:
        # The reader of our output left; without this Python complains once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("FABSIM_DEBUG"):
            raise
        return _tell(f"internal error: {type(error).__name__}: {error}\nFABSIM_DEBUG=1 shows where it happened", INTERNAL)
    return code if isinstance(code, int) else 0


def _tell(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code
