"""After whatever happened, once MiniCRM answers again a sync makes the copy equal to the account, column by column.

What happens: other clients write, people work in MiniCRM's own page, requests fail, the process that copies is killed
and started again, time goes by, through the hour that comes twice; each also between two requests of a sync.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from crm_mcp.errors import CrmError
from mockserver.crm.profiles import Profile
from tests.properties.strategies import share
from tests.support.copied_account import CopiedAccount, Killed

# An hour before the clocks go back in Budapest.
BEGIN_S = dt.datetime(2026, 10, 24, 23, 30, tzinfo=dt.UTC).timestamp()
DAY_S = 86_400.0
SEED: Mapping[str, Any] = {
    "users": {"1": "Ada Lovelace", "2": "Bálint Kovács"},
    "task_types": {"5": "Call", "6": "Visit"},
    "modules": {
        "3": {
            "name": "Sales",
            "statuses": {
                "31": {"label": "New", "group": "Lead"},
                "32": {"label": "Offer", "group": "Open"},
                "33": {"label": "Won", "group": "Success"},
            },
            "fields": {
                "Int1": {"type": "Int"},
                "Text1": {"type": "Text(200)"},
                "Date1": {"type": "DateTime"},
                "Bool1": {"type": "Boolean"},
                "Enum1": {"type": "Enum", "choices": {"7": "Web", "8": "Fair"}},
                "Set1": {"type": "Set", "choices": {"1": "Kitchen", "2": "Bath"}},
            },
        },
        "4": {
            "name": "Support",
            "statuses": {"41": {"label": "New", "group": "Open"}, "42": {"label": "Done", "group": "Failed"}},
            "fields": {
                "Enum1": {"type": "Enum", "choices": {"8": "Fair", "9": "Phone"}},
                "Text4": {"type": "Text(200)"},
            },
        },
    },
}


def build_seed(projects: int) -> dict[str, Any]:
    """Return an account with so many projects and two contacts a ten of them."""
    contacts = [{"Id": 11, "Type": "Business", "Name": "Tölgyfa Kft."}]
    contacts += [{"Id": 12 + one, "Type": "Person", "FirstName": f"Person {one}", "BusinessId": 11} for one in range(2)]
    modules = [(3, 31) if one % 4 else (4, 41) for one in range(projects)]
    rows = [
        {
            "Id": 101 + one,
            "CategoryId": module,
            "StatusId": status,
            "Name": f"Card {one}",
            "ContactId": 11 + one % 3,
            "UserId": 1 + one % 2,
            "Deleted": int(one % 3 == 2),
        }
        for one, (module, status) in enumerate(modules)
    ]
    tasks = [{"Id": 201 + one, "ProjectId": 101 + one, "Comment": "Call", "Type": 5} for one in range(2)]
    addresses = [{"Id": 301, "ContactId": 11, "Name": "HQ", "City": "Pécs"}]
    part = {**SEED, "contacts": contacts, "projects": rows, "tasks": tasks, "addresses": addresses}
    return {"clock": "2026-10-20T08:00:00", "minicrm": part}


Happening = Callable[[CopiedAccount], object]
"""Something that somebody else does to the account; `str` of it is what it was."""


class Named:
    """A happening that shows in a failing example."""

    def __init__(self, what: str, do: Happening) -> None:
        self._what = what
        self.do = do

    def __repr__(self) -> str:
        return self._what


def choose(account: CopiedAccount, kind: str, place: int) -> int:
    """Return the id of one of the records that there are; 0 where there is none."""
    ids = sorted(getattr(account.read_original(), kind))
    return ids[place % len(ids)] if ids else 0


PLACES = st.integers(0, 30)
TEXTS = st.sampled_from(["", "0", "árvíz", "5,5", "2026-10-25", "it's"])
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "Name": st.sampled_from(["A", "Ötödik", "B; drop"]),
    "Int1": st.sampled_from([0, 1, -7, 4000000000, None]),
    "Text1": TEXTS,
    "Date1": st.sampled_from(["2026-10-25 02:30:00", "2026-11-30", ""]),
    "Bool1": st.sampled_from([0, 1]),
    "Enum1": st.sampled_from([8, ""]),
    "Set1": st.sampled_from([1, 3, ""]),
    "UserId": st.sampled_from([1, 2]),
    "Deleted": st.sampled_from([0, 1]),
    "Text4": TEXTS,
}


@st.composite
def api_writes(draw: st.DrawFn) -> Named:
    """Another client of the API writes."""
    kind = draw(st.sampled_from(["project", "new project", "contact", "new contact", "task", "new task", "address"]))
    place, name = draw(PLACES), draw(st.sampled_from(list(VALUES)))
    value = draw(VALUES[name])

    def write(account: CopiedAccount) -> object:
        match kind:
            case "project":
                return account.put(f"Project/{choose(account, 'projects', place)}", {name: value})
            case "new project":
                body = {"CategoryId": 3 + place % 2, "ContactId": choose(account, "contacts", place), name: value}
                return account.put("Project", body)
            case "contact":
                own = {"Email": f"a{place}@example.com"} if place % 2 else {"Phone": "+36201234567"}
                return account.put(f"Contact/{choose(account, 'contacts', place)}", own)
            case "new contact":
                return account.put("Contact", {"Type": "Person", "LastName": f"New {place}", "BusinessId": 11})
            case "task":
                body = {"Status": "Closed"} if place % 2 else {"Comment": f"Again {place}"}
                return account.put(f"ToDo/{choose(account, 'tasks', place)}", body)
            case "new task":
                body = {"ProjectId": choose(account, "projects", place), "Comment": "New", "Type": 5 + place % 2}
                return account.put("ToDo", body)
            case _:
                body = {"ContactId": choose(account, "contacts", place), "Name": "Site", "City": "Győr"}
                return account.put("Address", body)

    return Named(f"{kind}({place}, {name}={value!r})", write)


SETUPS: Mapping[str, Mapping[str, Any]] = {
    "a user is renamed": {"users": {"2": "Kovács Bálint"}},
    "a user comes": {"users": {"3": "Carla"}},
    "a status is renamed": {"modules": {"3": {"statuses": {"32": {"label": "Quoted"}}}}},
    "a status comes": {"modules": {"3": {"statuses": {"34": {"label": "Lost", "group": "Failed"}}}}},
    "a choice is renamed": {"modules": {"3": {"fields": {"Enum1": {"choices": {"8": "Trade fair"}}}}}},
    "a choice goes": {"modules": {"3": {"fields": {"Enum1": {"choices": {"8": None}}}}}},
    "a field comes": {"modules": {"4": {"fields": {"Int9": {"type": "Int"}}}}},
    "a field goes": {"modules": {"3": {"fields": {"Text1": None}}}},
    "a module is renamed": {"modules": {"4": {"name": "Help desk"}}},
}


@st.composite
def edits(draw: st.DrawFn) -> Named:
    """Somebody works in MiniCRM's own page."""
    kind = draw(st.sampled_from(["move", "set", "purge", "purge", "reopen", "give", "setup"]))
    place, name = draw(PLACES), draw(st.sampled_from(list(VALUES)))
    value = draw(VALUES[name])
    purged = draw(st.sampled_from(["project", "project", "contact", "task", "address"]))
    setup = draw(st.sampled_from(list(SETUPS)))

    def edit(account: CopiedAccount) -> object:
        many = {"project": "projects", "contact": "contacts", "task": "tasks", "address": "addresses"}
        one = choose(account, "projects", place)
        match kind:
            case "move":
                return account.edit(kind="project", id=one, set={"CategoryId": 3 + place % 2})
            case "set":
                return account.edit(kind="project", id=one, set={name: value})
            case "give":
                return account.edit(kind="project", id=one, set={"ContactId": choose(account, "contacts", place)})
            case "purge":
                return account.edit(kind=purged, id=choose(account, many[purged], place), purge=True)
            case "reopen":
                return account.edit(kind="task", id=choose(account, "tasks", place), set={"Status": "Open"})
            case _:
                return account.edit(setup=SETUPS[setup])

    what = {"purge": purged, "setup": setup}.get(kind, f"{name}={value!r}")
    return Named(f"page {kind}({place}, {what})", edit)


HAPPENINGS = st.one_of(api_writes(), edits())
FAULTS = st.fixed_dictionaries(
    {
        "probability": st.sampled_from([0.05, 0.3, 1.0]),
        "times": st.integers(1, 4),
        "fault": st.sampled_from(
            [
                {"kind": "status", "status": 429},
                {"kind": "status", "status": 500},
                {"kind": "status", "status": 503},
                {"kind": "reset"},
                {"kind": "truncate"},
                {"kind": "malformed"},
                {"kind": "html"},
                {"kind": "wrong_count"},
                {"kind": "same_page"},
            ]
        ),
    }
)


class Sync:
    """A sync, with what happens between its requests, and perhaps its death."""

    def __init__(self, again: bool, between: Mapping[int, Named], killed_at: int, restart: bool) -> None:
        self.again = again
        self.between = between
        self.killed_at = killed_at
        self.restart = restart

    def __repr__(self) -> str:
        return f"Sync(again={self.again}, between={self.between}, killed_at={self.killed_at}, restart={self.restart})"

    def do(self, account: CopiedAccount) -> None:
        """Sync once; whatever the outcome, it is another sync's to go on."""
        first = account.asked

        def before_request(number: int) -> None:
            if number - first == self.killed_at:
                raise Killed
            if happening := self.between.get(number - first):
                happening.do(account)

        account.before_request = before_request
        try:
            asyncio.run(account.source.fill(again=self.again))
        except (Killed, CrmError) as problem:
            note(f"the sync ended by {problem!r}")
        finally:
            account.before_request = lambda _number: None
        if self.restart:
            account.restart()


SYNCS = st.builds(
    Sync,
    st.booleans(),
    st.dictionaries(st.integers(1, 25), HAPPENINGS, max_size=3),
    st.sampled_from([0, 0, 0, 0, 1, 2, 5, 9, 14, 20, 40]),
    st.booleans(),
)
MOVES = st.sampled_from([1.0, 30.0, 61.0, 601.0, 1800.0, 3600.0, DAY_S, 40 * DAY_S])
STEPS = st.one_of(HAPPENINGS, HAPPENINGS, SYNCS, MOVES, FAULTS)


def play(account: CopiedAccount, steps: Sequence[object]) -> None:
    for step in steps:
        match step:
            case float():
                account.move_clock(step)
            case dict():
                account.set_faults(cast("dict[str, object]", step))
            case Named() | Sync():
                step.do(account)
                account.move_clock(1.0)
            case _:
                raise AssertionError(step)


async def sync_at_last(account: CopiedAccount) -> list[str]:
    await account.source.fill()
    return await account.list_differences()


SERVERS: Mapping[str, Profile] = {
    "older servers": Profile("documented", switches={"requests-are-limited": False}),
    "newer servers": Profile("observed", switches={"requests-are-limited": False}),
    "odd servers": Profile(
        "observed",
        switches={
            "requests-are-limited": False,
            "trash-needs-a-module": True,
            "count-is-text": True,
            "result-keys-are-not-ids": True,
            "empty-dates-are-zeros": True,
        },
    ),
}
AHEAD_S = st.sampled_from([0.0, 400.0, -400.0, 3600.0])


def list_differences_after(
    server: str, projects: int, ahead_s: float, steps: Sequence[object], *, is_synced_first: bool
) -> list[str]:
    """Return what differs once all this has happened and one sync was left alone."""
    with tempfile.TemporaryDirectory() as folder:
        seed = build_seed(projects)
        account = CopiedAccount(seed, Path(folder), SERVERS[server], now_s=BEGIN_S, ahead_s=ahead_s)
        with closing(account):
            if is_synced_first:
                asyncio.run(account.source.fill())
            play(account, steps)
            account.set_faults()
            account.move_clock(DAY_S + 1)
            account.restart()
            differences = asyncio.run(sync_at_last(account))
            asyncio.run(account.source.replica.close())
            return differences


@pytest.mark.parametrize("server", SERVERS)
@share(20)
@given(
    projects=st.sampled_from([3, 6, 6, 9]),
    is_synced_first=st.booleans(),
    ahead_s=AHEAD_S,
    steps=st.lists(STEPS, min_size=1, max_size=8),
)
def test_a_sync_makes_the_copy_equal_to_the_account(
    server: str, projects: int, is_synced_first: bool, ahead_s: float, steps: list[object]
):
    assert list_differences_after(server, projects, ahead_s, steps, is_synced_first=is_synced_first) == []


@share(4)
@given(
    is_synced_first=st.booleans(),
    again=st.booleans(),
    between=st.dictionaries(st.integers(3, 20), HAPPENINGS, min_size=1, max_size=6),
    killed_at=st.sampled_from([0, 7, 10]),
)
def test_pages_that_drift_while_they_are_read_lose_nothing(
    is_synced_first: bool, again: bool, between: dict[int, Named], killed_at: int
):
    sync = Sync(again, between, killed_at, restart=True)
    assert list_differences_after("newer servers", 330, 0.0, [sync], is_synced_first=is_synced_first) == []
