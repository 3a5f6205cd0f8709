"""Which CRMs the fake plays: one entry each. A third CRM is a folder of its own plus one entry here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from mockserver.exchange import Clock, Crm
from mockserver.ivinex.fake import IvinexFake
from mockserver.minicrm.fake import MinicrmFake
from mockserver.profiles import Profile


@dataclass(frozen=True, slots=True)
class CrmEntry:
    """One faked CRM as the web server sees it.

    Attributes:
        name: Its key in seeds and counts.
        title: Its name for people.
        root: The path its API lives at.
        is_one_path: Whether `root` is the whole API, or also every path under it belongs to it.
        build: Makes the fake over a database.
        samples: What to show people to try: a sentence and the arguments of curl, with `{login}` and `{url}` left open.
    """

    name: str
    title: str
    root: str
    is_one_path: bool
    build: Callable[[sqlite3.Connection, Clock, Profile], Crm]
    samples: tuple[tuple[str, str], ...]

    def owns(self, path: str) -> bool:
        """Tell whether a request to `path` is for this CRM."""
        return path == self.root or (not self.is_one_path and path.startswith(f"{self.root}/"))


CRMS: tuple[CrmEntry, ...] = (
    CrmEntry(
        name="ivinex",
        title="Ivinex",
        root="/API/Records.php",
        is_one_path=True,
        build=IvinexFake,
        samples=(
            ("The first ten contacts", "-u {login} '{url}/API/Records.php?CollectionTypeID=1001'"),
            (
                "Contacts whose first name starts with a letter, the newest first",
                (
                    "-u {login} -G '{url}/API/Records.php' -d CollectionTypeID=1001 -d 'OrderBy=created_date DESC'"
                    ' --data-urlencode \'Filters=[{{"Field":"first_name","Operand":"StartsWith","Value":"j"}}]\''
                ),
            ),
            (
                "A new contact",
                (
                    "-u {login} '{url}/API/Records.php' -H 'Content-Type: application/json'"
                    ' -d \'{{"Records":[{{"CollectionTypeID":1001,"first_name":"Ada","last_name":"Example"}}]}}\''
                ),
            ),
        ),
    ),
    CrmEntry(
        name="minicrm",
        title="MiniCRM",
        root="/Api/R3",
        is_one_path=False,
        build=MinicrmFake,
        samples=(
            ("The modules", "-u {login} '{url}/Api/R3/Category'"),
            ("The fields of people", "-u {login} '{url}/Api/R3/Schema/Person'"),
            ("Open projects", "-u {login} '{url}/Api/R3/Project?StatusGroup=Open'"),
        ),
    ),
)
