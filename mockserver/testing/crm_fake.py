"""`CrmFake`: one workspace of a fake as a test uses it: its addresses, logins, data, journal, clock and faults.

It is the same whether the fake is a process behind a socket (`fake_process`) or mounted in this one (`respx_mount`).
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

from mockserver.registry import CRMS
from mockserver.testing.control_client import ControlClient, ControlError
from mockserver.testing.journal_text import format_journal
from mockserver.testing.tls import FakeTls

# pytest shows the line of the test that was refused, not this file.
__tracebackhide__ = True


class IvinexLogin(NamedTuple):
    """A workspace's Ivinex login; as a pair it is what HTTP clients take as `auth`."""

    username: str
    password: str


class MinicrmLogin(NamedTuple):
    """A workspace's MiniCRM login; as a pair it is what HTTP clients take as `auth`."""

    system_id: str
    api_key: str


class CrmFake:
    """One workspace of a fake: all CRMs, with data, journal, clock and faults that nobody else touches.

    Args:
        control: Calls the fake's control endpoints.
        name: The workspace's name.
        logins: The login to each CRM, by the CRM's name.
        seed: What it was filled with.
        urls: Where each CRM answers, where that is not the fake's own address.
        deviations: Deviations turned on or off whatever seed is loaded; those that a seed names itself count more.
        folder: What the paths of seed files are relative to; empty is the working folder.
    """

    def __init__(
        self,
        control: ControlClient,
        name: str,
        *,
        logins: Mapping[str, tuple[str, str]],
        seed: str | Mapping[str, object],
        urls: Mapping[str, str] | None = None,
        deviations: Mapping[str, bool] | None = None,
        folder: str | Path = "",
    ) -> None:
        self.url = control.url
        self.name = name
        self.logins = logins
        self.urls = {entry.name: (urls or {}).get(entry.name, control.url) for entry in CRMS}
        self._control = control
        self._deviations = deviations or {}
        self._folder = Path(folder)
        self._first_seed = self._seed = seed

    def __repr__(self) -> str:
        return f"<CrmFake {self.name} at {self.url}>"

    def close(self) -> None:
        """Remove what was made for the time of a test."""
        if "tls" in self.__dict__:
            shutil.rmtree(self.tls.ca_file.parent, ignore_errors=True)

    @cached_property
    def tls(self) -> FakeTls:
        """The fake by https, and by the CRMs' real addresses; the workspace is the same.

        Raises:
            ControlError: The fake was started without it, as by a plain `crm-mock serve`.
        """
        pem = self._control.call("GET", "ca.pem")
        file = Path(tempfile.mkdtemp(prefix="crm-fake-"), "ca.pem")
        file.write_bytes(pem)
        return FakeTls(self.url.replace("http://", "https://", 1), file, self.url)

    @property
    def ivinex(self) -> IvinexLogin:
        """The Ivinex login."""
        return IvinexLogin(*self.logins["ivinex"])

    @property
    def minicrm(self) -> MinicrmLogin:
        """The MiniCRM login."""
        return MinicrmLogin(*self.logins["minicrm"])

    @property
    def ivinex_url(self) -> str:
        """Where Ivinex answers."""
        return self.urls["ivinex"]

    @property
    def minicrm_url(self) -> str:
        """Where MiniCRM answers."""
        return self.urls["minicrm"]

    @property
    def env(self) -> dict[str, str]:
        """What a program that takes its settings from the environment needs to work in this workspace."""
        environment: dict[str, str] = {}
        for entry in CRMS:
            variables = entry.variables
            environment |= {variables.url: self.urls[entry.name]}
            environment |= dict(zip(variables.login, self.logins[entry.name], strict=True))
            environment |= {variables.modules: self._name_modules(entry.name), variables.requests_per_minute: "0"}
        environment.pop("", None)  # the variables that a CRM does not have
        return environment

    def requests(self, **filters: object) -> list[dict[str, Any]]:
        """Return the requests this workspace answered, newest last, as `GET /_control/requests` describes them.

        Args:
            **filters: What to choose by, such as `method="POST"`, `path="/API/Records.php"`, `status=400`, `limit=10`.

        Raises:
            ControlError: There is no such filter.
        """
        query = {key: str(value) for key, value in filters.items() if value is not None}
        return cast("list[dict[str, Any]]", json.loads(self._call("GET", "requests", query)))

    def forget_requests(self) -> None:
        """Empty the journal, so that `requests` begins here."""
        self._call("DELETE", "requests")

    def seed(self, seed: str | Path | Mapping[str, object]) -> None:
        """Replace all data by `demo`, `documented`, `empty`, a seed file, or a seed document.

        Raises:
            SeedError: The file cannot be read.
            ControlError: The document has another shape; nothing was changed.
        """
        chosen = locate_seed(seed, self._folder)
        self._call("PUT", "seed", body=_encode(put_deviations(read_document(chosen), self._deviations)))
        self._seed = chosen

    def faults(self, *rules: Mapping[str, object], seed: int | None = None) -> None:
        """Follow these fault rules from now on, in place of any earlier ones; without a rule all faults end.

        Args:
            *rules: Such as `{"match": {"method": "POST"}, "times": 1, "fault": {"kind": "status", "status": 503}}`; one
                whole plan, `{"seed": 1, "rules": [...]}`, does as well.
            seed: Where the chances of rules with a `probability` begin.

        Raises:
            ControlError: A rule has another shape; the old plan stays.
        """
        if not rules:
            self._call("DELETE", "faults")
            return
        plan: dict[str, object] = dict(rules[0]) if len(rules) == 1 and "rules" in rules[0] else {"rules": list(rules)}
        if seed is not None:
            plan["seed"] = seed
        self._call("PUT", "faults", body=_encode(plan))

    def webhooks(self, *webhooks: Mapping[str, object]) -> None:
        """Send changes to these webhooks from now on, in place of any earlier ones; without one none is sent.

        Args:
            *webhooks: Such as `{"url": "http://user:password@127.0.0.1:9000/changed", "kinds": ["Project"]}`.

        Raises:
            ControlError: One has another shape, or goes to a host that is not allowed; the old ones stay.
        """
        self._call("PUT", "webhooks", body=_encode(webhooks))

    def deliveries(self, *, state: str = "", timeout_s: float = 30.0) -> list[dict[str, Any]]:
        """Return what became of each change that a webhook tells, oldest first, once each was tried.

        Args:
            state: Only those `pending`, `waiting` for another try, `delivered`, or `given_up`.
            timeout_s: How long to wait for what is due.

        Raises:
            ControlError: Something is still to be tried after so long.
        """
        give_up_at = time.monotonic() + timeout_s
        while json.loads(self._call("GET", "webhooks/deliveries", {"state": "due", "limit": "1"})):
            if time.monotonic() > give_up_at:
                raise ControlError(f"Webhooks are still under way after {timeout_s:g} s.")
            time.sleep(0.02)
        return json.loads(self._call("GET", "webhooks/deliveries", {"state": state}))

    def clock(self, now: object = None, *, frozen: bool = True) -> None:
        """Set the account's time; without one it follows the real time again.

        Args:
            now: Account time as ISO text or a `datetime` without an offset.
            frozen: Whether it stands still there or runs on.

        Raises:
            ControlError: It is no time.
        """
        isoformat = getattr(now, "isoformat", None)
        wanted = {} if now is None else {"now": isoformat() if isoformat else now, "frozen": frozen}
        self._call("PUT", "clock", body=_encode(wanted))

    def edit(self, *edits: Mapping[str, object]) -> None:
        """Do what people do in the CRM's own page, all of it or none.

        Args:
            *edits: Such as `{"crm": "minicrm", "kind": "project", "id": 6001, "set": {"CategoryId": 12}}`,
                `{"crm": "minicrm", "kind": "project", "id": 6001, "purge": True}`,
                `{"crm": "minicrm", "kind": "email", "add": {"ProjectId": 6002, "TemplateId": 9102}}` or
                `{"crm": "minicrm", "setup": {"users": {"101": "New Name"}}}`.

        Raises:
            ControlError: One cannot be done; nothing was changed.
        """
        self._call("POST", "edits", body=_encode({"edits": edits}))

    def reset(self) -> None:
        """Go back to the seed that the workspace was made with."""
        self._call("POST", "reset")
        self._seed = self._first_seed

    def snapshot(self) -> bytes:
        """Return the whole state, for `restore`."""
        return self._call("GET", "snapshot")

    def restore(self, snapshot: bytes) -> None:
        """Go back to what `snapshot` returned, also from another workspace.

        Raises:
            ControlError: It is no snapshot.
        """
        self._call("PUT", "snapshot", body=snapshot)

    def describe_requests(self) -> str:
        """Return the journal for people: one line a request, with the reasons and hints of refusals."""
        return format_journal(self.requests())

    def _call(self, method: str, name: str, query: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
        return self._control.call(method, name, {**(query or {}), "workspace": self.name}, body)

    def _name_modules(self, crm: str) -> str:
        part = cast("Mapping[str, Any]", read_document(self._seed).get(crm, {}))
        modules = cast("Mapping[str, Any]", part.get("modules", {}))
        return ",".join(f"{module['name']}={number}" for number, module in modules.items())


@contextmanager
def new_workspace(
    control: ControlClient,
    name: str,
    seed: str | Path | Mapping[str, object] = "demo",
    *,
    deviations: Mapping[str, bool] | None = None,
    folder: str | Path = "",
) -> Generator[CrmFake]:
    """Make a workspace, yield it, and drop it at the end.

    Args:
        control: Calls the fake's control endpoints.
        name: The workspace's name; nobody else may have it.
        seed: `demo`, `documented`, `empty`, a seed file, or a seed document.
        deviations: Deviations to turn on or off by name, whatever the fake's profile has.
        folder: What the paths of seed files are relative to.

    Raises:
        SeedError: The seed file cannot be read.
        ControlError: The fake refused the workspace.
    """
    chosen = locate_seed(seed, folder)
    is_name_enough = is_built_in(chosen) and not deviations
    wanted = chosen if is_name_enough else put_deviations(read_document(chosen), deviations or {})
    made: Any = json.loads(control.call("POST", "workspaces", body=_encode({"name": name, "seed": wanted})))
    fake = CrmFake(
        control,
        made["name"],
        logins={entry.name: entry.read_login(made[entry.name]) for entry in CRMS},
        seed=chosen,
        deviations=deviations,
        folder=folder,
    )
    try:
        yield fake
    finally:
        fake.close()
        control.call("DELETE", f"workspaces/{made['name']}")


def is_built_in(seed: str | Mapping[str, object]) -> bool:
    """Tell whether a seed is one that comes with the fake, which then is sent by its name alone."""
    from mockserver.seeds.load import SEED_NAMES

    return isinstance(seed, str) and seed in SEED_NAMES


def locate_seed(seed: str | Path | Mapping[str, object], folder: str | Path = "") -> str | Mapping[str, object]:
    """Return a seed with its path, where it is a file, made independent of the working folder."""
    if isinstance(seed, Mapping):
        return seed
    return str(seed) if is_built_in(str(seed)) else str(Path(folder, seed).absolute())


def read_document(seed: str | Mapping[str, object]) -> Mapping[str, object]:
    """Return the document of a seed.

    Raises:
        SeedError: There is no such seed or file.
    """
    if isinstance(seed, Mapping):
        return seed
    from mockserver.seeds.load import read_seed  # only where a file or a built-in seed is named

    return read_seed(seed)


def put_deviations(document: Mapping[str, object], deviations: Mapping[str, bool]) -> Mapping[str, object]:
    """Return a seed document with deviations turned on or off where it does not name them itself."""
    if not deviations:
        return document
    own = cast("Mapping[str, object]", document.get("deviations") or {})
    return {**document, "deviations": {**deviations, **own}}


def _encode(value: object) -> bytes:
    return json.dumps(value).encode()
