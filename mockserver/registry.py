"""Which CRMs the fake plays: one entry each. A third CRM is a folder of its own plus one entry here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from mockserver.crm.api import Clock
from mockserver.crm.profiles import Deviation, Profile
from mockserver.crm.protocol import Crm
from mockserver.ivinex.deviations import DEVIATIONS as IVINEX_DEVIATIONS
from mockserver.ivinex.fake import IvinexFake
from mockserver.minicrm.deviations import DEVIATIONS as MINICRM_DEVIATIONS
from mockserver.minicrm.fake import MinicrmFake


@dataclass(frozen=True, slots=True)
class CrmEntry:
    """One faked CRM as the web server sees it.

    Attributes:
        name: Its key in seeds and counts.
        title: Its name for people.
        root: The path its API lives at.
        is_one_path: Whether `root` is the whole API, or also every path under it belongs to it.
        build: Makes the fake over a database.
        deviations: Every point where the profile decides between the document and other behaviour.
        login_keys: What the CRM calls the two halves of a login.
        made_up_login: The two halves of a login that the fake makes up, with `{}` left open for a number.
        filter_parameters: The query parameters that hold conditions as JSON.
        page_parameter: The query parameter that turns pages.
        count_key: Where an answer tells how many records there are in all; empty where it does not.
        samples: What to show people to try: a sentence and the arguments of curl, with `{login}` and `{url}` left open.
    """

    name: str
    title: str
    root: str
    is_one_path: bool
    build: Callable[[sqlite3.Connection, Clock, Profile], Crm]
    deviations: tuple[Deviation, ...]
    login_keys: tuple[str, str]
    made_up_login: tuple[str, str]
    filter_parameters: tuple[str, ...]
    page_parameter: str
    count_key: str
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
        deviations=IVINEX_DEVIATIONS,
        login_keys=("username", "password"),
        made_up_login=("fake-user-{}", "fake-password-{}"),
        filter_parameters=("Filters", "Filter"),
        page_parameter="Offset",
        count_key="",
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
        deviations=MINICRM_DEVIATIONS,
        login_keys=("system_id", "api_key"),
        made_up_login=("9{:06}", "fake-api-key-{}"),
        filter_parameters=(),
        page_parameter="Page",
        count_key="Count",
        samples=(
            ("The modules", "-u {login} '{url}/Api/R3/Category'"),
            ("The fields of people", "-u {login} '{url}/Api/R3/Schema/Person'"),
            ("Open projects", "-u {login} '{url}/Api/R3/Project?StatusGroup=Open'"),
        ),
    ),
)


def list_deviations() -> list[Deviation]:
    """Return the deviations of every CRM."""
    return [deviation for entry in CRMS for deviation in entry.deviations]
