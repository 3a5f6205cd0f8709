"""Where the started server finds its login: a server that is installed without one answers nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_mcp.errors import HostError
from crm_mcp.hosts import Login, find_login

SECRET = {"MINICRM_SYSTEM_ID": "10001", "MINICRM_API_KEY": "k-1", "CRM_MCP_HTTP_TOKEN": "t", "CRM_MCP_LANGUAGE": "hu"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def find(
    folder: Path,
    environ: dict[str, str] | None = None,
    *,
    env_file: Path | None = None,
    settings: Path | None = None,
    with_secrets: bool = False,
) -> Login:
    return find_login(environ or {}, folder, env_file=env_file, settings=settings, with_secrets=with_secrets)


def test_a_named_file_comes_first_by_its_whole_path(tmp_path: Path) -> None:
    for name in (".env", "a b.env", "s.toml"):
        (tmp_path / name).write_text("MINICRM_API_KEY=k")

    assert find(tmp_path, env_file=Path("a b.env")) == Login(env_file=tmp_path / "a b.env")
    assert find(tmp_path, settings=Path("s.toml")) == Login(settings_file=tmp_path / "s.toml")
    assert find(tmp_path, {"CRM_MCP_SETTINGS": "s.toml"}) == Login(settings_file=tmp_path / "s.toml")


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="is not there"):
        find(tmp_path, env_file=Path("gone.env"))
    with pytest.raises(HostError, match="is not a file"):
        find(tmp_path, settings=tmp_path)
    with pytest.raises(HostError, match="is not there"):
        find(tmp_path, settings=Path("gone.toml"))


def test_the_usual_settings_file_is_found_unless_none_is_wanted(tmp_path: Path) -> None:
    usual = tmp_path / "config" / "crm-mcp" / "settings.toml"
    usual.parent.mkdir(parents=True)
    usual.touch()

    assert find(tmp_path) == Login(settings_file=usual)
    assert find(tmp_path, {"CRM_MCP_SETTINGS": "off"}).is_missing


def test_an_env_file_here_counts_where_it_holds_a_login(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COLOUR=red\n")
    assert find(tmp_path).is_missing

    (tmp_path / ".env").write_text("\ufeffMINICRM_API_KEY=k\n", encoding="utf-8")
    assert find(tmp_path) == Login(env_file=tmp_path / ".env")


def test_a_login_of_the_environment_is_written_only_when_that_is_asked_for(tmp_path: Path) -> None:
    assert find(tmp_path, SECRET) == Login(unwritten=("MINICRM_API_KEY",))
    assert find(tmp_path, SECRET, with_secrets=True).variables == {
        "MINICRM_SYSTEM_ID": "10001",
        "MINICRM_API_KEY": "k-1",
        "CRM_MCP_LANGUAGE": "hu",
    }


def test_there_must_be_a_secret_to_be_written(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="no login"):
        find(tmp_path, {"MINICRM_LANGUAGE": "hu"}, with_secrets=True)
