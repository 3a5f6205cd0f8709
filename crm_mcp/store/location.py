"""The three kinds of place that a store can be at, and what is wrong with others; nothing is opened here."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from crm_mcp.languages import Texts

_texts = Texts(__file__)

MEMORY = "memory"
FILE = "memory.sqlite"
"""The file of the store in its folder."""
DEFAULT_FOLDER = ""
"""The folder for data of this user on this kind of system."""
_SCHEMES = ("postgresql", "postgres")
_POSTGRES_FORM = "write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


def check_location(where: str) -> str:
    """Return a place as it is to be used: `memory`, the URL of a PostgreSQL, a folder, or empty as it is.

    Raises:
        ValueError: It is none; the message repeats nothing of it, since a URL holds a password.
    """
    if where.lower() in (MEMORY, DEFAULT_FOLDER):
        return where.lower()
    scheme = where.partition(":")[0].lower()
    if scheme in _SCHEMES:
        return _check_url(where)
    if "://" in where:
        raise ValueError(_texts.later("write a folder, memory, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"))
    if "${" in where or where.startswith(("$", "%")):
        raise ValueError(_texts.later("nothing fills in variables here: write the folder out"))
    try:
        return str(Path(where).expanduser())
    except RuntimeError:
        raise ValueError(_texts.later("whose home folder that is cannot be found out: write the folder out")) from None


def _check_url(where: str) -> str:
    """Refuse what libpq would read otherwise than `urlsplit`: parts of the password would be taken for the host."""
    try:
        parts = urlsplit(where)
        _ = parts.port
    except ValueError:
        raise ValueError(f"{_POSTGRES_FORM}; the port is a number") from None
    if not where.partition(":")[2].startswith("//") or not parts.hostname:
        raise ValueError(_POSTGRES_FORM)
    if where.count("@") > 1 or "@" in parts.path + parts.query or parts.fragment:
        raise ValueError(
            _texts.later("in its user and password write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25")
        )
    if not parts.path.strip("/"):
        raise ValueError(f"it names no database: {_POSTGRES_FORM}")
    return where


def find_folder(where: str) -> Path:
    """Return the folder that a checked place is, the user's data folder where it names none."""
    if where != DEFAULT_FOLDER:
        return Path(where)
    import platformdirs  # it costs start-up time

    return platformdirs.user_data_path("crm-mcp-server", appauthor=False)


def is_postgres(where: str) -> bool:
    """Tell whether a checked place is a PostgreSQL."""
    return where.partition("://")[0].lower() in _SCHEMES


def describe_postgres(url: str) -> str:
    """Return where a PostgreSQL is, without the login."""
    parts = urlsplit(url)
    return f"PostgreSQL at {parts.netloc.rpartition('@')[2]}{parts.path}"
