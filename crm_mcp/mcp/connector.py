"""What a CRM offers to the server, and the shapes that all CRMs share outwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NotRequired, Protocol, runtime_checkable

from typing_extensions import TypedDict

from crm_mcp.crm.call import Steps
from crm_mcp.languages import Language
from crm_mcp.mcp.cursor import PAGING_ARGUMENTS

if TYPE_CHECKING:
    from mcp.server.mcpserver.prompts.base import Prompt
    from pydantic_settings import BaseSettings

    from crm_mcp.asking.crm_setup import CrmSetup
    from crm_mcp.mcp.apps import ToolApp
    from crm_mcp.mcp.tool import CrmTool
    from crm_mcp.replica.source import Source
    from crm_mcp.store.account import Account
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool


class Module(TypedDict):
    """A module: a kind of record in Ivinex, a board of projects in MiniCRM."""

    id: str
    name: str
    crm: NotRequired[str]


class ModuleList(TypedDict):
    """All modules."""

    items: list[Module]


class FieldDescription(TypedDict):
    """A field: its name in the API, its type, what people call it, and for a choice the label of each id."""

    name: str
    type: str
    label: NotRequired[str]
    choices: NotRequired[dict[str, str]]


class ModuleDescription(TypedDict):
    """What a module's records hold, and their SQL `table`; `note` says whence that is known if no schema tells it."""

    id: str
    name: str
    crm: str
    table: NotRequired[str]
    fields: list[FieldDescription]
    statuses: NotRequired[dict[str, str]]
    users: NotRequired[dict[str, str]]
    note: NotRequired[str]


@dataclass(frozen=True, slots=True)
class ExportRows:
    """All rows of a search.

    Attributes:
        rows: Objects with `fields`, values as the CRM has them.
        incomplete_reason: Why they may not be all, or lack fields, as a sentence; empty where they are complete.
        columns: The columns of the file; empty where they are those that any row has.
        note: What else is to be said of them, as a sentence.
    """

    rows: Sequence[Mapping[str, Any]]
    incomplete_reason: str
    columns: Sequence[str] = ()
    note: str = ""


ExportReader = Callable[[dict[str, Any], Steps], Awaitable[ExportRows]]
"""Reads all rows of a search, given its arguments but those of paging."""


@dataclass(frozen=True, slots=True)
class SearchExport:
    """How all rows of a search are read for a file.

    Attributes:
        read: Reads them.
        defaults: Arguments of the search that stand otherwise in a file unless they are given.
        paging: Its arguments that a file does not take, since it holds all rows.
    """

    read: ExportReader
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    paging: Sequence[str] = PAGING_ARGUMENTS


class Connector(Protocol):
    """One connected CRM account."""

    name: str
    """How arguments name it; the names of its variables begin with it."""
    title: str
    """Its name for people."""
    account: Account
    """Whose rows in the store are its own."""
    variables: str
    """The variables that connect an account, as one line for people."""
    instructions: str
    """One or two lines for the model on what is special about this CRM."""
    settings_class: type[BaseSettings]
    """What is read from its variables."""
    has_replica: bool
    """Whether what is read of it is kept, so that statements can be asked of it."""
    beside_modules: Sequence[str]
    """What `describe_module` takes beside modules, such as `Person`."""
    further_toolsets: Sequence[str]
    """The toolsets that it has beside the default one."""
    skill_texts: str
    """The package whose `texts/skill/LANGUAGE/` holds what it adds to the skill, `rules.md` and `playbooks.md`."""
    language: Language
    """The language of people in this account."""

    @classmethod
    def from_environment(cls, pool: ConnectionPool, store: Store) -> Connector | None:
        """Return the connector of the account that the environment names, or None where it names none.

        Raises:
            SettingsError: It is half configured, or a value is wrong.
        """
        ...

    @classmethod
    def demo_environment(cls, url: str) -> Mapping[str, str]:
        """Return the variables that connect the demo data of the bundled fake at `url`."""
        ...

    def tools(self, toolsets: Collection[str]) -> Sequence[CrmTool]:
        """Return the tools of these toolsets that belong to this CRM alone."""
        ...

    async def finish(self) -> None:
        """Let the write end that is under way, record it, and begin no other."""
        ...

    def apps(self) -> Sequence[ToolApp]:
        """Return the pages that draw results of its tools in hosts that show MCP Apps."""
        ...

    async def list_modules(self) -> list[Module]:
        """Return all modules of the account."""
        ...

    async def describe_module(self, module: str) -> ModuleDescription:
        """Return the fields of one module, given by name or id."""
        ...

    def record_kinds(self) -> Sequence[str]:
        """Return what `read_record` takes as `kind`."""
        ...

    def prompts(self, tools: Collection[str]) -> Sequence[Prompt]:
        """Return the prompts for daily work in this CRM where tools of these names are served."""
        ...

    async def read_record(self, kind: str, record_id: str) -> Mapping[str, object]:
        """Return one record.

        Raises:
            InputError: There is no such kind of record.
        """
        ...

    async def list_names(self, argument: str, module: str) -> list[str]:
        """Return the names that an argument such as `module`, `status` or `user` can take; none for others.

        Args:
            argument: The argument's name.
            module: The module that the names are asked for, by name or id; empty for all.
        """
        ...

    def exports(self) -> Mapping[str, SearchExport]:
        """Return how all rows of each search tool are read, by the tool's name."""
        ...

    def source(self) -> Source:
        """Return what fills the replica of this account, the same each time.

        Raises:
            NotImplementedError: It `has_replica` not.
        """
        ...

    async def check_login(self) -> str:
        """Make the cheapest request that needs the login; return what it showed, as a short sentence."""
        ...


@runtime_checkable
class CanBeSetUp(Protocol):
    """A connector, or its class, of a CRM that `crm-mcp setup` can ask for."""

    @classmethod
    def setup_steps(cls) -> CrmSetup:
        """Return what setting up an account asks for."""
        ...


@runtime_checkable
class ReceivesWebhooks(Protocol):
    """A connector of a CRM that tells of changes by itself, at `/webhooks/NAME` on HTTP."""

    name: str
    """See `Connector`."""

    async def receive_webhook(self, body: object) -> None:
        """Take the JSON of one webhook and return soon; whatever it says that is of no use is passed over."""
        ...
