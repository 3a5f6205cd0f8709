"""How a command ends: in one line on stderr, with a code that scripts can tell apart."""

from __future__ import annotations

import logging
import sys
from gettext import gettext  # what click says by itself
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from crm_mcp.languages import Texts

if TYPE_CHECKING:
    from crm_mcp.errors import CrmError

EXIT_PROBLEM = 1
EXIT_SETTINGS = 2
EXIT_STOPPED = 130
_LONGEST_SENTENCE = 1000

_texts = Texts(__file__)
_PACKAGE = Path(__file__).parents[1]
_log = logging.getLogger(__name__)


def end_with_problem(command: str, error: CrmError) -> NoReturn:
    """End a command that met a problem."""
    _end(f"crm-mcp {command}: {error.told}", EXIT_PROBLEM)


def end_by_settings(error: CrmError) -> NoReturn:
    """End a command that cannot begin."""
    _end(f"crm-mcp: {error.told}", EXIT_SETTINGS)


class OneLineGroup(click.Group):
    """Commands of which none ends with a traceback: neither at Ctrl-C nor on a full disk, nor by a fault of ours."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:  # noqa: ANN401  # click's
        """Run a command, and end the process as it ends."""
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)
        try:
            code = super().main(*args, standalone_mode=False, **extra)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            _end(_texts.text("Stopped."), EXIT_STOPPED)
        except OSError as error:
            _end(f"crm-mcp: {_describe(error)}", EXIT_PROBLEM)
        except Exception as error:  # noqa: BLE001  # whatever else it is, a person gets a sentence
            _end(f"crm-mcp: {_describe_fault(error)}", EXIT_PROBLEM)
        sys.exit(code if isinstance(code, int) else 0)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with its whole first sentence: click would cut it to one line."""
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = [(name, one.get_short_help_str(_LONGEST_SENTENCE)) for name, one in found.items() if one is not None]
        with formatter.section(gettext("Commands")):
            formatter.write_dl(rows)


def _end(line: str, code: int) -> NoReturn:
    click.echo(line, err=True)
    sys.exit(code)


def _describe(error: OSError) -> str:
    """Return what the system refused; what is printed has no file name."""
    why = error.strerror or str(error)
    if error.filename is None:
        return _texts.text("nothing more can be written: {why}.", why=why)
    return _texts.text("{file}: {why}.", file=error.filename, why=why)


def _describe_fault(error: Exception) -> str:
    """Return where a fault of ours is; what its own words hold is not known, and may be data."""
    _log.debug("this ended the command", exc_info=error)
    place, line, kind = "", 0, type(error).__name__
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(_PACKAGE):
            place, line = file.relative_to(_PACKAGE).as_posix(), trace.tb_lineno
        trace = trace.tb_next
    return _texts.text(
        "a fault of this program ({kind} in {place}, line {line}). Please report it; "
        "crm-mcp --log-level debug COMMAND says more.",
        kind=kind,
        place=place,
        line=line,
    )
