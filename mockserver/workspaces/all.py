"""All workspaces of one server: which login opens which, making them and dropping them.

`default` is there from the start and stays; only its state can live in a file. The others live in memory until they are
dropped or the server ends. Each has logins of its own, whatever its seed or a snapshot says, so that a login alone
decides whose data a request means, and a client needs no change to work in a workspace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mockserver.crm.api import SeedError
from mockserver.crm.login import Login
from mockserver.documents.near_misses import suggest
from mockserver.registry import CRMS
from mockserver.seeds.load import SEED_NAMES, read_seed
from mockserver.workspaces.faults import FaultHit
from mockserver.workspaces.workspace import DEFAULT_NAME, Workspace

DEFAULT_SEED = "empty"
MAX_WORKSPACES = 1000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
# There are many of them, so that each journal is kept smaller than the default one.
_JOURNAL_BYTES = 2 * 1024 * 1024


class WorkspaceError(Exception):
    """A workspace cannot be made, found or dropped; the message says what to do instead.

    Attributes:
        status: The HTTP status that fits.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Workspaces:
    """The workspaces of one server.

    Args:
        default: The workspace that is there from the start.
    """

    def __init__(self, default: Workspace) -> None:
        self.default = default
        self._named: dict[str, Workspace] = {}
        self._by_login: dict[tuple[str, str, str], Workspace] = {}
        self._last_number = 0
        self._empty_image: bytes | None = None

    def close(self) -> None:
        """Let go of all databases."""
        self.drop_all()
        self.default.close()

    def list_all(self) -> list[Workspace]:
        """Return all workspaces, `default` first, then in the order they were made."""
        return [self.default, *self._named.values()]

    def get(self, name: str) -> Workspace:
        """Return a workspace by its name.

        Raises:
            WorkspaceError: There is none.
        """
        found = self.default if name == DEFAULT_NAME else self._named.get(name)
        if found is None:
            near = suggest(name, [DEFAULT_NAME, *self._named])
            raise WorkspaceError(f"There is no workspace {name!r}.{near} GET /_control/workspaces lists them.", 404)
        return found

    def find_by_login(self, crm_name: str, login: Login) -> Workspace | None:
        """Return the workspace that a login to a CRM opens, or None where it opens none."""
        found = self._by_login.get((crm_name, login.username, login.password))
        if found is not None:
            return found
        known = not login.defect and self.default.crms[crm_name].knows_login(login.username, login.password)
        return self.default if known else None

    def find_by_username(self, crm_name: str, username: str) -> Workspace | None:
        """Return the workspace one of whose logins to a CRM has this user name, or None where none has."""
        for workspace in (*self._named.values(), self.default):
            if any(name == username for name, _ in workspace.list_logins(crm_name)):
                return workspace
        return None

    def match_fault(self, workspace: Workspace, method: str, path: str, *, is_webhook: bool = False) -> FaultHit | None:
        """Return the fault that a request is to meet, or None: by its workspace's own plan, else by `default`'s.

        A rule of `default`'s plan reaches other workspaces only where its `match.workspace` names them (`*` is all).
        What a webhook sends is a request too.
        """
        found = workspace.faults.match(workspace.name, method, path, is_webhook=is_webhook)
        if found is None and workspace is not self.default:
            return self.default.faults.match(workspace.name, method, path, is_webhook=is_webhook)
        return found

    def create(self, name: str | None = None, seed: str | Mapping[str, object] = DEFAULT_SEED) -> Workspace:
        """Make a workspace with logins of its own.

        Args:
            name: Its name; None makes one up.
            seed: The name of a built-in seed, or a seed document; logins in it are not looked at.

        Raises:
            WorkspaceError: The name is taken or ill-formed, there is no such seed, or there are too many workspaces.
            SeedError: The seed document cannot be loaded.
        """
        if len(self._named) >= MAX_WORKSPACES:
            raise WorkspaceError(f"There are {MAX_WORKSPACES} workspaces already; drop some.", 409)
        number = self._last_number + 1
        chosen = self._make_up_name(number) if name is None else self._check_name(name)
        logins = {
            entry.name: (entry.made_up_login[0].format(number), entry.made_up_login[1].format(number)) for entry in CRMS
        }
        workspace = self._build(chosen, seed, logins)
        self._last_number = number  # counts on when workspaces are dropped, so that no login ever opens another one
        self._named[chosen] = workspace
        for crm_name, (username, password) in logins.items():
            self._by_login[crm_name, username, password] = workspace
        return workspace

    def drop(self, name: str) -> None:
        """Drop a workspace with all it holds; its logins open nothing any more.

        Raises:
            WorkspaceError: There is none such, or it is `default`.
        """
        if name == DEFAULT_NAME:
            raise WorkspaceError(f"The workspace {DEFAULT_NAME} always stays; POST /_control/reset empties it.")
        workspace = self.get(name)
        del self._named[name]
        for crm_name, (username, password) in workspace.own_logins.items():
            del self._by_login[crm_name, username, password]
        workspace.close()

    def drop_all(self) -> int:
        """Drop all workspaces but `default` and return how many there were."""
        names = list(self._named)
        for name in names:
            self.drop(name)
        return len(names)

    def _build(self, name: str, seed: str | Mapping[str, object], logins: Mapping[str, tuple[str, str]]) -> Workspace:
        if isinstance(seed, str) and seed not in SEED_NAMES:
            known = ", ".join(SEED_NAMES)
            message = f"seed: there is no built-in seed {seed!r}; name {known}, or send a seed document."
            raise WorkspaceError(message + suggest(seed, SEED_NAMES))
        is_empty = seed == DEFAULT_SEED
        document = read_seed(seed) if isinstance(seed, str) else seed
        try:
            made = Workspace(
                document,
                self.default.own_profile,
                name=name,
                own_logins=logins,
                image=self._empty_image if is_empty else None,
                journal_bytes=_JOURNAL_BYTES,
                webhook_hosts=self.default.webhooks.hosts,
            )
        except SeedError as error:
            raise SeedError(f"seed.{error}") from error
        made.webhooks.wake = self.default.webhooks.wake
        if is_empty and self._empty_image is None:
            # It holds no rows, so nothing in it depends on when it was made.
            self._empty_image = made.dump_snapshot()
        return made

    def _check_name(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise WorkspaceError(
                f"name: must be 1 to 100 letters, digits, dots, dashes or underscores and begin with a letter or digit,"
                f" not {name[:120]!r}."
            )
        if name == DEFAULT_NAME or name in self._named:
            raise WorkspaceError(f"name: there is a workspace {name!r} already; drop it or take another name.", 409)
        return name

    def _make_up_name(self, number: int) -> str:
        name = f"workspace-{number}"
        return name if name not in self._named else self._make_up_name(number + 1)


def describe_logins(workspace: Workspace) -> dict[str, dict[str, str] | None]:
    """Return the first login of each CRM by its name: `{"username", "password"}`, say; None where there is none."""
    described: dict[str, dict[str, str] | None] = {}
    for entry in CRMS:
        logins: Sequence[tuple[str, str]] = workspace.list_logins(entry.name)
        described[entry.name] = entry.describe_login(logins[0]) if logins else None
    return described
