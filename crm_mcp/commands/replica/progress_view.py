"""How far a sync is, on stderr: a bar where a person looks, else a line a step."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from crm_mcp.languages import Texts, said

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_texts = Texts(__file__)
_WORTH_ESTIMATING = 10


class ProgressView:
    """Shows the progress of one account; see `Progress`.

    Args:
        title: The CRM.
        requests_per_minute: What estimates go by; 0 is no limit.
    """

    def __init__(self, title: str, requests_per_minute: int) -> None:
        self._title = title
        self._per_minute = requests_per_minute
        self._what = ""
        self._done = 0
        self._bar: ProgressBar[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that so many of the requests for something were made."""
        if what != self._what:
            self._begin(what, total)
        if self._bar is not None:
            self._bar.update(done - self._done)
        self._done = done

    def _begin(self, what: str, total: int) -> None:
        self._finish()
        self._what, self._done = what, 0
        click.echo(f"{self._title}: {said(what)}: {total}{self._estimate(total)}", err=True)
        if sys.stderr.isatty():
            self._bar = click.progressbar(length=total, file=sys.stderr)
            self._bar.__enter__()

    def _finish(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None

    def _estimate(self, requests: int) -> str:
        if not self._per_minute or requests < _WORTH_ESTIMATING:
            return ""
        duration = describe_duration(requests / self._per_minute)
        return _texts.text(", {duration} at {count} a minute", duration=duration, count=self._per_minute)


def describe_duration(minutes: float) -> str:
    """Return `about 3 h 54 min`."""
    whole = max(1, round(minutes))
    hours, rest = divmod(whole, 60)
    if not hours:
        return _texts.text("about {minutes} min", minutes=rest)
    if not rest:
        return _texts.text("about {hours} h", hours=hours)
    return _texts.text("about {hours} h {minutes} min", hours=hours, minutes=rest)
