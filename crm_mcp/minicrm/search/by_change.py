"""Which projects of a search changed last, or not for the longest time, without reading each of them.

Rows tell no date, but a search takes `UpdatedSince`: a few counts close in on the moment that parts the projects, and
the rows of one search more tell which stand on either side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.languages import Texts
from crm_mcp.minicrm.models import Project
from crm_mcp.minicrm.search.projects import ProjectSearch

_texts = Texts(__file__)

FINISHED: Sequence[Mapping[str, object]] = ({"StatusGroup": "Success"}, {"StatusGroup": "Failed"})
"""The searches that find finished projects."""
_ALL: Sequence[Mapping[str, object]] = ({},)
_LONG_AGO = datetime(1990, 1, 1)  # noqa: DTZ001  # the account's local time, before every project
_SLACK = 20
"""How many projects more or less than wanted are not worth another count."""
_MOST_TRIES = 3


class Parted(NamedTuple):
    """The projects on one side of a moment, and why they may be the wrong ones: a sentence, empty where they are right.

    The order within them takes their details.
    """

    projects: list[Project]
    incomplete_reason: str


async def longest_untouched(search: ProjectSearch, stale: Sequence[Project], until: datetime, most: int) -> Parted:
    """Return those of the projects not changed since `until` that were not for the longest time: `most`, or a few more.

    `search` may find others, which changed since.
    """
    wanted, problem, oldest = most, "", list(stale)
    for _ in range(_MOST_TRIES if len(stale) > most + _SLACK else 0):
        before, after = await _close_in(search, _ALL, wanted, until)
        changed = await search.read_all(narrower=_since(after))
        problem = changed.incomplete_reason
        oldest = [row for row in stale if row["id"] not in changed.ids]
        if len(oldest) > most + _SLACK:  # many changed within one second, and are as old as each other
            changed = await search.read_all(narrower=_since(before))
            oldest.sort(key=lambda row: row["id"] in changed.ids)
            return Parted(oldest[: max(most, sum(row["id"] not in changed.ids for row in oldest))], problem)
        if len(oldest) >= most:
            return Parted(oldest, problem)
        wanted += most - len(oldest)  # the counts hold others too, such as projects in the trash
    if len(oldest) < min(most, len(stale)):
        return Parted(
            list(stale), "MiniCRM's counts and its rows disagree: projects changed longer ago may be missing."
        )
    return Parted(oldest, problem)


async def newest_changed(search: ProjectSearch, finished: Sequence[Project], now: datetime, most: int) -> Parted:
    """Return `most` of the finished projects of a search: those changed last, but for a few."""
    _, after = await _close_in(search, FINISHED, max(0, len(finished) - most), now)
    found = await map_bounded(FINISHED, lambda group: search.read_all(narrower={**group, **_since(after)}))
    changed = {project_id for one in found for project_id in one.ids}
    newest_first = sorted(finished, key=lambda row: (row["id"] in changed, int(row["id"])), reverse=True)
    return Parted(newest_first[:most], next((one.incomplete_reason for one in found if one.incomplete_reason), ""))


async def _close_in(
    search: ProjectSearch, searches: Sequence[Mapping[str, object]], wanted: int, until: datetime
) -> tuple[datetime, datetime]:
    """Return two moments: fewer than `wanted` projects were untouched since the first, at least so many the second.

    There are at most `_SLACK` more since the second, or both are a second apart.
    """
    every = await _count(search, searches)
    before, after = _LONG_AGO, until
    while after - before > timedelta(seconds=1):
        moment = (before + (after - before) / 2).replace(microsecond=0)
        untouched = every - await _count(search, searches, _since(moment))
        if untouched < wanted:
            before = moment
        else:
            after = moment
            if untouched <= wanted + _SLACK:
                break
    return before, after


async def _count(
    search: ProjectSearch, searches: Sequence[Mapping[str, object]], narrower: Mapping[str, object] | None = None
) -> int:
    pages = await map_bounded(searches, lambda one: search.read_page(narrower={**one, **(narrower or {})}))
    await search.steps.advance(_texts.later("changes counted"))
    return sum(page.total or 0 for page in pages)


def _since(moment: datetime) -> dict[str, object]:
    return {"UpdatedSince": moment.isoformat(" ", "seconds")}
