"""Where the server that a host starts finds its login: a settings file, an env file, or nowhere yet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from crm_mcp.errors import HostError
from crm_mcp.hosts.entry import SETTINGS_VARIABLE
from crm_mcp.registry import CONNECTORS
from crm_mcp.settings import ServerSettings, known_variables

_NOT_FOR_HOSTS = (
    *("CRM_MCP_HTTP_TOKEN", "CRM_MCP_WEBHOOK_LOGIN", "CRM_MCP_ALLOWED_HOSTS", SETTINGS_VARIABLE),
    *("CRM_MCP_OAUTH_ISSUER", "CRM_MCP_OAUTH_AUDIENCE", "CRM_MCP_OAUTH_JWKS_URL"),
)
"""Variables that mean nothing on stdio, or are named otherwise."""


@dataclass(frozen=True, slots=True)
class Login:
    """What an entry says about the login.

    Attributes:
        settings_file: Named to the server by the environment.
        env_file: Named to the server by an argument.
        variables: Written into the host's file as they are.
        unwritten: Names of variables of this environment that hold a login and are not written.
    """

    settings_file: Path | None = None
    env_file: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    unwritten: tuple[str, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Whether a server that a host starts would know no login."""
        return self.settings_file is None and self.env_file is None and not self.variables


def default_settings_file() -> Path:
    """Return where `crm-mcp setup` keeps the settings, unless told otherwise."""
    return Path(platformdirs.user_config_dir("crm-mcp")) / "settings.toml"


def find_login(
    environ: Mapping[str, str], folder: Path, *, env_file: Path | None, settings: Path | None, with_secrets: bool
) -> Login:
    """Return where the login is: what is named, else the settings file, else `.env` here, else the environment.

    Raises:
        HostError: A file that is named is not there, or there is nothing to write with secrets.
    """
    if env_file is not None:
        return Login(env_file=_existing(env_file, folder))
    given = {name: environ[name] for name in _login_variables() if environ.get(name, "").strip()}
    if with_secrets:
        if not given:
            raise HostError(
                "There is no login in the environment to write.", hint="Set its variables, or run crm-mcp setup."
            )
        return Login(variables=given)
    named = settings or (Path(environ[SETTINGS_VARIABLE]) if environ.get(SETTINGS_VARIABLE) else None)
    if named is not None:
        return Login(settings_file=_existing(named, folder))
    if default_settings_file().is_file():
        return Login(settings_file=default_settings_file())
    if _names_a_login(folder / ".env"):
        return Login(env_file=folder / ".env")
    return Login(unwritten=tuple(given))


def _existing(path: Path, folder: Path) -> Path:
    absolute = Path(os.path.abspath(folder / path.expanduser()))  # noqa: PTH100  # without following links
    if not absolute.is_file():
        raise HostError(f"{absolute} is not there.")
    return absolute


def _login_variables() -> list[str]:
    names = [name for known in CONNECTORS for name in known_variables(known.settings_class)]
    return [*names, *(name for name in known_variables(ServerSettings) if name not in _NOT_FOR_HOSTS)]


def _names_a_login(path: Path) -> bool:
    if not path.is_file():
        return False
    from dotenv import dotenv_values

    try:
        held = dotenv_values(path, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    names = {name for known in CONNECTORS for name in known_variables(known.settings_class)}
    return any(name.upper() in names and value for name, value in held.items())
