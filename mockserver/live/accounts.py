"""Which live accounts there are, from the same variables as the MCP server's, and `.env` beside the working folder.

No value of a variable is ever repeated in an error: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

CrmName = Literal["ivinex", "minicrm"]
CRM_NAMES: tuple[CrmName, ...] = get_args(CrmName)
TITLES: Mapping[CrmName, str] = {"ivinex": "Ivinex", "minicrm": "MiniCRM"}
ROOTS: Mapping[CrmName, str] = {"ivinex": "/API/Records.php", "minicrm": "/Api/R3"}
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


class AccountError(Exception):
    """An account cannot be used as it is set up; the message says which variable or option to change."""


@dataclass(frozen=True, slots=True)
class Account:
    """One live account.

    Attributes:
        crm: Which CRM it is of.
        url: Scheme and host, perhaps with a folder, without a trailing slash.
        login: Basic login; None where no variable holds one.
        modules: Ivinex: module names to ids, as `IVINEX_MODULES` has them.
    """

    crm: CrmName
    url: str
    login: tuple[str, str] | None = field(default=None, repr=False)
    modules: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def title(self) -> str:
        """The CRM's name for people."""
        return TITLES[self.crm]


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    ivinex_url: str = ""
    ivinex_username: str = ""
    ivinex_password: SecretStr = SecretStr("")
    ivinex_modules: str = ""
    minicrm_url: str = "https://r3.minicrm.hu"
    minicrm_system_id: str = ""
    minicrm_api_key: SecretStr = SecretStr("")
    crm_mcp_timeout_s: float = Field(default=30.0, gt=0, le=600)
    crm_mcp_ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the environment names.

    Attributes:
        accounts: The live accounts, at least one.
        timeout_s: Time for one request, in seconds.
        ca_file: A private certificate authority to trust beside the public ones.
    """

    accounts: tuple[Account, ...]
    timeout_s: float = 30.0
    ca_file: Path | None = None


def read_accounts(crm: CrmName | Literal["both"], upstream: str = "", *, needs_login: bool = False) -> Accounts:
    """Read which live accounts to use.

    Args:
        crm: One CRM, or both: then those whose variables are set.
        upstream: An address that wins over the variables'.
        needs_login: Whether an account without a login is of no use.

    Raises:
        AccountError: None is set up, or one is set up wrong.
    """
    settings = _load()
    found = [
        account
        for account in (_read_ivinex(settings, upstream), _read_minicrm(settings, upstream))
        if crm in {account.crm, "both"}
    ]
    if crm == "both":
        found = [account for account in found if account.url and (account.login or not needs_login)]
    for account in found:
        _check_usable(account, needs_login=needs_login)
    if not found:
        raise AccountError(
            "No account is set up. Set IVINEX_URL, IVINEX_USERNAME and IVINEX_PASSWORD, or MINICRM_SYSTEM_ID and "
            "MINICRM_API_KEY, in the environment or in .env."
        )
    return Accounts(tuple(found), settings.crm_mcp_timeout_s, settings.crm_mcp_ca_file)


def _load() -> _Settings:
    try:
        return _Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{str(problem['loc'][0]).upper()}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        )
        raise AccountError(f"{wrong}. Correct it in the environment or in .env.") from None
    except UnicodeDecodeError:
        raise AccountError("The file .env is not UTF-8 text. Save it as UTF-8.") from None


def _read_ivinex(settings: _Settings, upstream: str) -> Account:
    login = _pair("ivinex", settings.ivinex_username, settings.ivinex_password.get_secret_value())
    return Account(
        "ivinex",
        _check_url("IVINEX_URL", settings.ivinex_url, upstream),
        login,
        _parse_modules(settings.ivinex_modules),
    )


def _read_minicrm(settings: _Settings, upstream: str) -> Account:
    login = _pair("minicrm", settings.minicrm_system_id, settings.minicrm_api_key.get_secret_value())
    return Account("minicrm", _check_url("MINICRM_URL", settings.minicrm_url, upstream), login)


_LOGIN_VARIABLES: Mapping[CrmName, tuple[str, str]] = {
    "ivinex": ("IVINEX_USERNAME", "IVINEX_PASSWORD"),
    "minicrm": ("MINICRM_SYSTEM_ID", "MINICRM_API_KEY"),
}


def _pair(crm: CrmName, user: str, secret: str) -> tuple[str, str] | None:
    if bool(user) == bool(secret):
        return (user, secret) if user else None
    missing = _LOGIN_VARIABLES[crm][bool(user)]
    raise AccountError(f"The login of {TITLES[crm]} is only half set: {missing} is missing. Set it, or unset both.")


def _check_usable(account: Account, *, needs_login: bool) -> None:
    if not account.url:
        raise AccountError("IVINEX_URL is not set. Set it to your portal, such as https://demo.ivinex.com.")
    if needs_login and account.login is None:
        raise AccountError(f"No login of {account.title}: set {' and '.join(_LOGIN_VARIABLES[account.crm])}.")


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
    if parts.path.rstrip("/").endswith(tuple(ROOTS.values())):
        raise AccountError(f"{name}: leave out the path of the API; it is added.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise AccountError(f"{name}: plain http:// would show the login to the network; use https://.")
    return url.rstrip("/")


def _parse_modules(text: str) -> dict[str, str]:
    """Read `contact=1001,note=1002`."""
    modules: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, module_id = (part.strip() for part in pair.partition("="))
        if not (name and module_id.isascii() and module_id.isdigit()):
            raise AccountError("IVINEX_MODULES: write it as name=id pairs, such as contact=1001,note=1002.")
        modules[name] = module_id
    return modules
