"""Which live accounts there are, from the same variables as the MCP server's, and `.env` beside the working folder.

No value of a variable is ever repeated in an error: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from mockserver.crm.entry import CrmEntry
from mockserver.registry import ALL_CRMS, CRMS, get_entry

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


class AccountError(Exception):
    """An account cannot be used as it is set up; the message says which variable or option to change."""


@dataclass(frozen=True, slots=True)
class Account:
    """One live account.

    Attributes:
        crm: Which CRM it is of.
        url: Scheme and host, perhaps with a folder, without a trailing slash; empty where none is set.
        login: The two halves of the login; None where no variable holds one.
        modules: Names to ids of modules, where a variable has them.
    """

    crm: str
    url: str
    login: tuple[str, str] | None = field(default=None, repr=False)
    modules: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def entry(self) -> CrmEntry:
        """The CRM's entry in the registry."""
        return get_entry(self.crm)

    @property
    def title(self) -> str:
        """The CRM's name for people."""
        return self.entry.title


@dataclass(frozen=True, slots=True)
class Accounts:
    """The live accounts that the environment names, at least one, and how to reach all of them.

    Attributes:
        accounts: The accounts.
        timeout_s: Time for one request, in seconds.
        ca_file: A private certificate authority to trust beside the public ones.
    """

    accounts: tuple[Account, ...]
    timeout_s: float = 30.0
    ca_file: Path | None = None

    @property
    def is_local(self) -> bool:
        """Whether all of them are plain HTTP on this machine, as a fake is."""
        urls = [urlsplit(account.url) for account in self.accounts]
        return all(url.scheme == "http" and url.hostname in LOOPBACK_HOSTS for url in urls)


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    crm_mcp_timeout_s: float = Field(default=30.0, gt=0, le=600)
    crm_mcp_ca_file: Path | None = None


def read_accounts(crm: str, upstream: str = "", *, needs_login: bool = False) -> Accounts:
    """Read which live accounts to use.

    Args:
        crm: One CRM, or `ALL_CRMS`: then those whose variables are set.
        upstream: An address that wins over the variables'.
        needs_login: Whether an account without a login is of no use.

    Raises:
        AccountError: None is set up, or one is set up wrong.
    """
    settings = _load()
    values = {name.upper(): value for name, value in settings.model_dump().items()}
    found = [_read(entry, values, upstream) for entry in CRMS if crm in {entry.name, ALL_CRMS}]
    if crm == ALL_CRMS:
        found = [account for account in found if account.url and (account.login or not needs_login)]
    for account in found:
        _check_usable(account, needs_login=needs_login)
    if not found:
        needed = ", or ".join(join_words(entry.variables.needed) for entry in CRMS)
        raise AccountError(f"No account is set up. Set {needed}, in the environment or in .env.")
    return Accounts(tuple(found), settings.crm_mcp_timeout_s, settings.crm_mcp_ca_file)


def _load() -> _Settings:
    """Read the variables of all CRMs, as attributes in lower case, beside those that belong to none."""
    defaults = {entry.variables.url: entry.variables.default_url for entry in CRMS}
    named = [name for entry in CRMS for name in (entry.variables.url, *entry.variables.login, entry.variables.modules)]
    fields: dict[str, Any] = {name.lower(): (str, defaults.get(name, "")) for name in named if name}
    try:
        return create_model("_AllSettings", __base__=_Settings, **fields)()
    except ValidationError as error:
        wrong = "; ".join(
            f"{str(problem['loc'][0]).upper()}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        )
        raise AccountError(f"{wrong}. Correct it in the environment or in .env.") from None
    except UnicodeDecodeError:
        raise AccountError("The file .env is not UTF-8 text. Save it as UTF-8.") from None


def _read(entry: CrmEntry, values: Mapping[str, object], upstream: str) -> Account:
    variables = entry.variables
    texts = cast("Mapping[str, str]", values)
    return Account(
        crm=entry.name,
        login=_read_login(entry, texts),
        url=_check_url(variables.url, texts[variables.url], upstream),
        modules=_parse_modules(variables.modules, texts.get(variables.modules, "")),
    )


def _read_login(entry: CrmEntry, values: Mapping[str, str]) -> tuple[str, str] | None:
    names = entry.variables.logins
    missing = [name for name in names if not values[name]]
    if len(missing) == len(names):
        return None
    if missing:
        raise AccountError(
            f"The login of {entry.title} is only half set: {missing[0]} is missing. Set it, or unset both."
        )
    username, secret = (values.get(name, "") for name in entry.variables.login)
    return username, secret


def _check_usable(account: Account, *, needs_login: bool) -> None:
    variables = account.entry.variables
    if not account.url:
        raise AccountError(f"{variables.url} is not set. Set it to {variables.url_example}.")
    if needs_login and account.login is None:
        raise AccountError(f"No login of {account.title}: set {join_words(variables.logins)}.")


def _check_url(variable: str, url: str, upstream: str) -> str:
    """Return the address without a trailing slash."""
    name, url = ("--upstream", upstream) if upstream else (variable, url)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise AccountError(f"{name} is no address: write it as https://host.") from None
    if not url:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(char.isspace() for char in url):
        raise AccountError(f"{name} is no address: write it as https://host.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise AccountError(
            f"{name}: leave out the login and everything from ? or # on; the login has its own variables."
        )
    if parts.path.rstrip("/").endswith(tuple(root for entry in CRMS for root in entry.roots)):
        raise AccountError(f"{name}: leave out the path of the API; it is added.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise AccountError(f"{name}: plain http:// would show the login to the network; use https://.")
    return url.rstrip("/")


def _parse_modules(variable: str, text: str) -> dict[str, str]:
    """Read `contact=1001,note=1002`."""
    modules: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, module_id = (part.strip() for part in pair.partition("="))
        if not (name and module_id.isascii() and module_id.isdigit()):
            raise AccountError(f"{variable}: write it as name=id pairs, such as contact=1001,note=1002.")
        modules[name] = module_id
    return modules


def join_words(words: Sequence[str]) -> str:
    """Return words as people list them: `A, B and C`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
