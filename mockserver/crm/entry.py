"""What a CRM tells the rest of the fake about itself: one `CrmEntry`, in a file `entry.py` of its folder."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mockserver.crm.api import Clock
from mockserver.crm.drift_questions import DriftQuestions
from mockserver.crm.login import LoginScheme, OpenPaths
from mockserver.crm.profiles import Deviation, Profile
from mockserver.crm.protocol import Crm
from mockserver.crm.words import Words
from mockserver.scrubbing.pseudonyms import Pseudonyms
from mockserver.scrubbing.scrubber import Scrubber


@dataclass(frozen=True, slots=True)
class Variables:
    """The environment variables that name a live account; those of an empty name do not exist.

    Attributes:
        url: Scheme and host of the account.
        login: The two halves of the login.
        default_url: The address where the variable is not set; empty: it must be set.
        url_example: What to set it to, for people.
        modules: Names for the ids of modules, as `contact=1001,note=1002`, where the API does not tell them.
        requests_per_minute: Most requests in a minute.
    """

    url: str
    login: tuple[str, str]
    default_url: str = ""
    url_example: str = ""
    modules: str = ""
    requests_per_minute: str = ""

    @property
    def logins(self) -> list[str]:
        """The variables of the login that there are."""
        return [name for name in self.login if name]

    @property
    def needed(self) -> list[str]:
        """The variables that an account cannot do without."""
        return [*([] if self.default_url else [self.url]), *self.logins]


@dataclass(frozen=True, slots=True)
class Recording:
    """What `crm-mock record` must know of a CRM.

    Attributes:
        scrubber: Makes what scrubs an account; the second argument keeps the labels of its setup.
        has_labels: Whether there are labels to keep.
        writing_methods: The methods that change an account.
        reading_endpoints: The first parts of paths of which a GET is known only to read; None: of all.
        reading_paths: The paths under further roots of which a GET is known only to read; None: of none.
        deleting_endpoint: One that deletes for good, whatever the method; empty where there is none.
    """

    scrubber: Callable[[Pseudonyms, bool], Scrubber]
    has_labels: bool = False
    writing_methods: frozenset[str] = frozenset({"POST", "PUT"})
    reading_endpoints: frozenset[str] | None = None
    reading_paths: re.Pattern[str] | None = None
    deleting_endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Generator:
    """What makes believable records for a CRM's part of a seed.

    Attributes:
        can_extend: Whether records can be made on top of a part.
        extend: Returns the part with so many records more.
    """

    can_extend: Callable[[Mapping[str, object]], bool]
    extend: Callable[[Mapping[str, object], int, Words], dict[str, object]]


@dataclass(frozen=True, slots=True, eq=False)
class CrmEntry:
    """One faked CRM.

    Attributes:
        name: Its key in seeds and counts.
        title: Its name for people.
        root: The path its API lives at.
        is_one_path: Whether `root` is the whole API, or also every path under it belongs to it.
        open_paths: The paths that something else than a login opens.
        further_roots: Other paths that belong to it, each with every path under it.
        build: Makes the fake over a database.
        login_scheme: How a login is sent.
        login_keys: What the CRM calls the two halves of a login; an empty one does not exist.
        made_up_login: The two halves of a login that the fake makes up, with `{}` left open for a number.
        real_url: An address of the real API, where the fake is mounted.
        further_hosts: Host names of the real API beside that of `real_url`.
        host_word: What is in the host of every real address; empty where hosts are the accounts' own.
        variables: The environment variables that name a live account.
        questions: What to ask an account to compare it with the fake; given the ids of its modules.
        recording: What `crm-mock record` must know.
        generator: What makes records.
        deviations: Every point where the profile decides between the document and other behaviour.
        filter_parameters: The query parameters that hold conditions as JSON.
        page_parameter: The query parameter that turns pages; empty where there is none.
        count_key: Where a response tells how many records there are in all; empty where it does not.
        samples: What to show people to try: a sentence and the arguments of curl, with `{login}` and `{url}` left open.
        has_openapi: Whether the fixtures hold an OpenAPI document of it.
        list_examples: Tells ids that an account holds, by the names of parameters and properties in the OpenAPI
            document, which is served with them as examples; None: it is served as it ships.
        webhook_kinds: The kinds of records whose changes its webhooks tell.
        sparse_seeds: Seeds whose records hold as little as they can: they show what the fake leaves out without a
            value.
    """

    name: str
    title: str
    root: str
    is_one_path: bool
    build: Callable[[sqlite3.Connection, Clock, Profile], Crm]
    login_scheme: LoginScheme
    login_keys: tuple[str, str]
    made_up_login: tuple[str, str]
    real_url: str
    host_word: str
    variables: Variables
    questions: Callable[[Iterable[str]], DriftQuestions]
    recording: Recording
    generator: Generator
    further_roots: tuple[str, ...] = ()
    open_paths: OpenPaths | None = None
    further_hosts: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    filter_parameters: tuple[str, ...] = ()
    page_parameter: str = ""
    count_key: str = ""
    samples: tuple[tuple[str, str], ...] = ()
    has_openapi: bool = False
    list_examples: Callable[[Crm], Mapping[str, object]] | None = None
    webhook_kinds: tuple[str, ...] = ()
    sparse_seeds: tuple[Mapping[str, object], ...] = ()

    @property
    def real_hosts(self) -> tuple[str, ...]:
        """The host names of the real API that are known."""
        return (urlsplit(self.real_url).hostname or "", *self.further_hosts)

    def owns(self, path: str) -> bool:
        """Tell whether a request to `path` is for this CRM."""
        return path == self.root or self.root_of(path) != "" or self.is_open(path)

    def is_open(self, path: str) -> bool:
        """Tell whether something else than a login opens a path."""
        return self.open_paths is not None and self.open_paths.holds(path)

    def root_of(self, path: str) -> str:
        """Return the root that a path is under, empty where it is under none."""
        roots = self.further_roots if self.is_one_path else self.roots
        return next((root for root in roots if path == root or path.startswith(f"{root}/")), "")

    @property
    def roots(self) -> tuple[str, ...]:
        """All roots, the main one first."""
        return (self.root, *self.further_roots)

    def list_places(self, rest: str) -> list[str]:
        """Return the roots for people, followed by `rest` where there are paths under them."""
        return [f"{root}{'' if root == self.root and self.is_one_path else rest}" for root in self.roots]

    def describe_login(self, login: tuple[str, str]) -> dict[str, str]:
        """Return the halves of a login as the CRM calls them."""
        return {key: half for key, half in zip(self.login_keys, login, strict=True) if key}

    def read_login(self, described: Mapping[str, str]) -> tuple[str, str]:
        """Return the login that `describe_login` described."""
        username, password = (described.get(key, "") for key in self.login_keys)
        return username, password
