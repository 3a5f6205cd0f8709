"""Where a store is said to be: three kinds, and every other value is refused without being repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_mcp.errors import SettingsError
from crm_mcp.settings import ServerSettings, load
from crm_mcp.store.location import check_location, describe_postgres, find_folder

SECRET = "s3cret-Passw0rd"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("memory", "memory"),
        ("MEMORY", "memory"),
        ("/srv/crm store", "/srv/crm store"),
        ("~/crm", str(Path("~/crm").expanduser())),
        ("C:\\crm", "C:\\crm"),
        ("postgresql://crm:x@db.example:5433/crm?sslmode=require",) * 2,
        ("postgres://db.example/crm",) * 2,
    ],
)
def test_a_folder_a_postgresql_and_memory_are_places(given: str, meant: str) -> None:
    assert check_location(given) == meant


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("postgres:/x", "postgresql://USER:PASSWORD@HOST"),
        ("postgresql:crm", "postgresql://USER:PASSWORD@HOST"),
        (f"postgresql://crm:{SECRET}@/crm", "postgresql://USER:PASSWORD@HOST"),
        (f"postgresql://crm:{SECRET}@db.example", "names no database"),
        (f"postgresql://crm:{SECRET}@db.example:port/crm", "port is a number"),
        (f"postgresql://crm:a@{SECRET}@db.example/crm", "write @ as %40"),
        (f"postgresql://crm:a/{SECRET}@db.example/crm", "write"),
        (f"postgresql://crm:a?{SECRET}@db.example/crm", "write"),
        (f"postgresql://crm:a#{SECRET}@db.example/crm", "write"),
        (f"postgresql://crm:a:{SECRET}@[db.example/crm", "write"),
        (f"mysql://crm:{SECRET}@db.example/crm", "write a folder, memory, or postgresql://"),
        ("sqlite:///srv/crm.db", "write a folder"),
        ("${HOME}/crm", "nothing fills in variables"),
        ("$HOME/crm", "nothing fills in variables"),
        ("%APPDATA%\\crm", "nothing fills in variables"),
        ("~nobody-of-that-name/crm", "home folder"),
        ('"/srv/crm"', "quotes"),
    ],
)
def test_any_other_value_is_a_settings_error_that_says_how_to_write_it(
    value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_MCP_STORE", value)
    with pytest.raises(SettingsError, match="CRM_MCP_STORE") as caught:
        load(ServerSettings)
    assert says in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_postgresql_is_described_without_its_login(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://crm:{SECRET}@db.example:5433/crm?password={SECRET}"
    assert describe_postgres(url) == "PostgreSQL at db.example:5433/crm"
    monkeypatch.setenv("CRM_MCP_STORE", url)
    assert SECRET not in repr(load(ServerSettings))


def test_without_a_setting_it_is_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_MCP_STORE", raising=False)
    assert find_folder(load(ServerSettings).store).name == "crm-mcp-server"
