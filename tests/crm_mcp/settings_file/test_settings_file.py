"""The settings file is read as documented; what is wrong with it is said by file and key, and no value is repeated."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring
import platformdirs
import pytest
from click.testing import CliRunner
from keyring.backend import KeyringBackend
from pydantic_settings import BaseSettings

from crm_mcp.cli import main
from crm_mcp.doctor import examine
from crm_mcp.errors import SettingsError
from crm_mcp.ivinex.connector import IvinexConnector
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.languages import said
from crm_mcp.minicrm.connector import MinicrmConnector
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.settings import ServerSettings, load
from crm_mcp.settings_file import values
from crm_mcp.settings_file.language import find_language
from crm_mcp.settings_file.place import usual_path
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from tests.support.mcp_play import both_crms

SECRET = "s3cret-Passw0rd"
WHOLE = f"""
[server]
read_only = true
toolsets = ["default", "money"]
timeout_s = 12
replica = "off"

[accounts.acme.minicrm]
system_id = 10001
api_key = "{SECRET}"
user = "Nagy Anna"
requests_per_minute = 30
now = 2026-11-23T09:00:00
labels = {{ Int1201 = "Budget (HUF)", Text1105 = "Source, first" }}

[accounts.acme.ivinex]
url = "https://demo.ivinex.com"
username = " anna "
password = {{ env = "ACME_PASSWORD" }}
modules = {{ contact = 1001, note = "1002" }}
"""
Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    for name in (*both_crms(""), "MINICRM_USER", "CRM_MCP_READ_ONLY", "CRM_MCP_TIMEOUT_S", "CRM_MCP_SETTINGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a settings file that the environment names."""

    def write_named(text: str) -> Path:
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        monkeypatch.setenv("CRM_MCP_SETTINGS", str(path))
        return path

    return write_named


class Keychain(KeyringBackend):
    """A keychain in memory, or one that is locked."""

    priority = 1.0  # pyright: ignore[reportAssignmentType, reportIncompatibleVariableOverride]  # a property of the class
    entries: dict[tuple[str, str], str] | None = None
    unlocked: threading.Event | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.unlocked is not None:
            self.unlocked.wait(60)
        if self.entries is None:
            raise RuntimeError(SECRET)
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def keychain(monkeypatch: pytest.MonkeyPatch) -> Keychain:
    made = Keychain()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr("keyring.core._keyring_backend", made)
    return made


def problem_of(settings: type[BaseSettings]) -> str:
    with pytest.raises(SettingsError) as caught:
        load(settings)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_each_kind_of_value_is_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(WHOLE)
    monkeypatch.setenv("ACME_PASSWORD", SECRET)
    server, minicrm, ivinex = load(ServerSettings), load(MinicrmSettings), load(IvinexSettings)
    assert (server.read_only, server.toolsets, server.timeout_s, server.replica) == (True, "default,money", 12, False)
    assert (minicrm.system_id, minicrm.user, minicrm.requests_per_minute) == ("10001", "Nagy Anna", 30)
    assert minicrm.api_key.get_secret_value() == SECRET
    assert minicrm.labels == {"Int1201": "Budget (HUF)", "Text1105": "Source, first"}
    assert minicrm.clock(minicrm.zone).isoformat() == "2026-11-23T09:00:00+01:00"
    assert (ivinex.username, ivinex.password.get_secret_value()) == ("anna", SECRET)
    assert ivinex.modules == {"contact": "1001", "note": "1002"}


def test_the_environment_wins_over_its_file_and_that_over_the_settings_file(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(WHOLE)
    (tmp_path / ".env").write_text("MINICRM_USER=env file\nCRM_MCP_TIMEOUT_S=13\n", encoding="utf-8")
    monkeypatch.setenv("CRM_MCP_TIMEOUT_S", "14")
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", "")
    assert load(ServerSettings).timeout_s == 14
    assert (load(MinicrmSettings).user, load(MinicrmSettings).requests_per_minute) == ("env file", 30)


@pytest.mark.parametrize("login", ["MINICRM_SYSTEM_ID", "MINICRM_API_KEY"])
def test_where_the_environment_names_a_login_the_file_says_nothing_of_that_crm(
    login: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(WHOLE)
    monkeypatch.setenv(login, "77")
    monkeypatch.setenv("ACME_PASSWORD", SECRET)
    assert load(MinicrmSettings).user == ""
    assert load(IvinexSettings).username == "anna"
    with pytest.raises(SettingsError, match="half configured"):
        MinicrmConnector.from_environment(ConnectionPool(), Store())


def test_the_file_of_the_user_is_read_where_none_is_named_and_none_where_it_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = usual_path()
    assert path is not None
    path.parent.mkdir(parents=True)
    path.write_text("\ufeff[server]\nread_only = true\n", encoding="utf-8")
    assert load(ServerSettings).read_only
    monkeypatch.setenv("CRM_MCP_SETTINGS", "off")
    assert not load(ServerSettings).read_only


@pytest.mark.parametrize("chosen", ["/somewhere", "relative", ""])
def test_that_file_is_where_platformdirs_says(chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", chosen)
    assert usual_path() == platformdirs.user_config_path("crm-mcp") / "settings.toml"


@pytest.mark.parametrize(
    ("platform", "variables", "end"),
    [
        ("win32", {"LOCALAPPDATA": "/c/Local"}, "/c/Local/crm-mcp/crm-mcp/settings.toml"),
        ("win32", {"LOCALAPPDATA": ""}, "AppData/Local/crm-mcp/crm-mcp/settings.toml"),
        ("darwin", {"XDG_CONFIG_HOME": ""}, "Library/Application Support/crm-mcp/settings.toml"),
    ],
)
def test_other_systems_have_their_own_folder(
    platform: str, variables: dict[str, str], end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    path = usual_path()
    assert path is not None
    assert path.as_posix().endswith(end)


def test_a_file_that_is_named_and_not_there_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_SETTINGS", "/nowhere/settings.toml")
    assert "CRM_MCP_SETTINGS names /nowhere/settings.toml, and there is no such file" in problem_of(ServerSettings)


@pytest.mark.parametrize(
    ("text", "settings", "says"),
    [
        ("[server]\nreadonly = true", ServerSettings, "[server] readonly is not a setting, did you mean read_only."),
        ("[server]\ncolour = 1", ServerSettings, "[server] colour is not a setting. There are language, read_only"),
        ("[server]\nsettings = 'x'", ServerSettings, "[server] settings is not a setting"),
        ("[server]\nread_only = 'perhaps'", ServerSettings, "[server] read_only: Input should be a valid boolean"),
        (
            "[server]\ntimeout_s = true",
            ServerSettings,
            "timeout_s: it is true or false; write text in quotes, or a num",
        ),
        ("[server]\nreplica = false", ServerSettings, "replica: it is true or false"),
        ("[server]\ntoolsets = [1]", ServerSettings, "toolsets: it is a list of something else than texts"),
        ("server = 1", ServerSettings, "server is no section. Write [server] on a line"),
        ("[servers]\n", ServerSettings, "'servers' has no place there, did you mean server"),
        ("accounts = 1", ServerSettings, "accounts is no section"),
        ("[accounts]\nacme = 1", ServerSettings, "accounts.acme is no section"),
        ("[accounts.acme]\nminicrm = 1", ServerSettings, "accounts.acme.minicrm is no section"),
        ("[server]\nread_only = yes\n", ServerSettings, "is not TOML: Invalid value (at line 2, column 13)"),
        (f"[server\nx = '{SECRET}'", ServerSettings, "line 1"),
        (
            "[accounts.a.minicrm]\napikey = 'x'",
            MinicrmSettings,
            "[accounts.a.minicrm] apikey is not a setting, did you",
        ),
        ("[accounts.a.minicrm]\nuser = ['x']", MinicrmSettings, "[accounts.a.minicrm] user: it is a list; write one"),
        (
            "[accounts.a.minicrm]\napi_key = {key='x'}",
            MinicrmSettings,
            "api_key: it is a table; write text, { keychain",
        ),
        ("[accounts.a.minicrm]\napi_key = {env=''}", MinicrmSettings, "api_key: it is a table"),
        ("[accounts.a.minicrm]\napi_key = {env='N'}", MinicrmSettings, "api_key: the variable N is not set. Set it in"),
        ("[accounts.a.minicrm]\nlabels = {a=1.5}", MinicrmSettings, "labels: a is neither text nor a number"),
        ("[accounts.a.minicrm]\nlabels = {a='x', b='X'}", MinicrmSettings, "labels: pairs 1 and 2 have the same label"),
        ("[accounts.a.minicrm]\nurl = 'http://r3.x'", MinicrmSettings, "[accounts.a.minicrm] url: plain http:// would"),
        (
            "[accounts.a.ivinex]\nmodules = {contact='x'}",
            IvinexSettings,
            "[accounts.a.ivinex] modules: write it as name",
        ),
        ("[accounts.a.ivinex]\nmodules = {a=1, A=2}", IvinexSettings, "modules: it gives two ids to one name"),
    ],
)
def test_what_is_wrong_is_said_by_file_and_key(
    text: str, settings: type[BaseSettings], says: str, write: Write
) -> None:
    path = write(text)
    problem = problem_of(settings)
    assert says in problem
    assert str(path) in problem


@pytest.mark.parametrize(
    ("text", "settings", "says"),
    [
        ("[servers]\n", ServerSettings, "{}: ennek ott nincs helye: 'servers', erre gondolhatott: server."),
        ("[server]\ntimeout_s = true", ServerSettings, "{}, [server] timeout_s: true vagy false áll itt; idézőjelek"),
        ("[accounts.a-b.minicrm]\n[accounts.a_b.minicrm]", ServerSettings, "szinte ugyanaz a neve: a-b és a_b."),
        ("[accounts.a.minicrm]\napikey = 'x'", MinicrmSettings, "{}, [accounts.a.minicrm] apikey, erre gondolhatott"),
    ],
)
def test_a_hungarian_is_told_in_hungarian_what_is_wrong_with_the_file(
    text: str, settings: type[BaseSettings], says: str, write: Write
) -> None:
    path = write(text)
    with pytest.raises(SettingsError) as caught:
        load(settings)
    assert says.format(path) in said(caught.value.args[0], "hu")


def test_a_file_that_is_not_utf8_says_so(write: Write) -> None:
    write("").write_bytes("# árvíz".encode("utf-16"))
    assert "is not UTF-8 text" in problem_of(ServerSettings)


def test_a_folder_in_place_of_the_file_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_SETTINGS", str(tmp_path))
    assert f"{tmp_path} cannot be read" in problem_of(ServerSettings)


@pytest.mark.parametrize("name", ['"Kovács Kft"', '"a b"', '"../x"', "-a", '""', "a" * 33])
def test_an_account_of_an_odd_name_is_refused(name: str, write: Write) -> None:
    write(f"[accounts.{name}.minicrm]\nsystem_id = '1'")
    assert "an account cannot be called" in problem_of(ServerSettings)


@pytest.mark.parametrize("other", ["ACME-one", "acme_one"])
def test_accounts_that_are_called_alike_are_refused(other: str, write: Write) -> None:
    write(f"[accounts.acme-one.minicrm]\n[accounts.{other}.minicrm]\n")
    assert f"the accounts acme-one and {other} are called alike" in problem_of(ServerSettings)


def test_a_half_set_account_says_which_key_is_missing(write: Write) -> None:
    path = write("[accounts.acme.ivinex]\nusername = 'x'\npassword = 'y'\n")
    with pytest.raises(SettingsError) as caught:
        IvinexConnector.from_environment(ConnectionPool(), Store())
    assert f"IVINEX_URL (url in [accounts.acme.ivinex] of {path}) is missing" in str(caught.value)


def test_a_secret_comes_out_of_the_keychain(write: Write, keychain: Keychain) -> None:
    write("[accounts.acme.minicrm]\napi_key = { keychain = 'acme.minicrm.api_key' }\n")
    keychain.entries = {("crm-mcp-server", "acme.minicrm.api_key"): SECRET}
    assert load(MinicrmSettings).api_key.get_secret_value() == SECRET
    keychain.entries = {}
    problem = problem_of(MinicrmSettings)
    assert "[accounts.acme.minicrm] api_key: the keychain has no entry 'acme.minicrm.api_key'" in problem
    assert "keyring set crm-mcp-server acme.minicrm.api_key" in problem


def test_a_locked_keychain_is_told_with_what_to_do(write: Write, keychain: Keychain) -> None:
    assert keychain.entries is None
    write("[accounts.acme.minicrm]\napi_key = { keychain = 'k' }\n")
    problem = problem_of(MinicrmSettings)
    assert "the keychain of this machine cannot be read for the entry 'k' (RuntimeError)" in problem
    assert 'Unlock it, or write { env = "VARIABLE" }' in problem


def test_a_keychain_that_waits_for_somebody_to_unlock_it_holds_up_nothing(
    write: Write, keychain: Keychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "KEYCHAIN_WAIT_S", 0.05)
    keychain.unlocked = threading.Event()
    write("[accounts.acme.minicrm]\napi_key = { keychain = 'k' }\n")
    problem = problem_of(MinicrmSettings)
    keychain.unlocked.set()
    assert "the keychain of this machine cannot be read for the entry 'k' (TimeoutError)" in problem
    assert "Unlock it" in problem


def test_the_keychain_is_not_asked_for_what_the_environment_says(
    write: Write, keychain: Keychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keychain.entries is None
    write("[server]\nhttp_token = { keychain = 'k' }\n")
    monkeypatch.setenv("CRM_MCP_HTTP_TOKEN", "token")
    assert load(ServerSettings).http_token.get_secret_value() == "token"


async def _settings_findings() -> dict[bool, list[str]]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for finding in await examine():
        if finding.about == "settings":
            found[finding.ok].append(finding.text)
    return found


@pytest.mark.anyio
async def test_doctor_says_that_others_may_read_the_file(write: Write, anyio_backend: Any) -> None:  # noqa: ARG001  # a fixture
    path = write("[server]\n")
    assert f"read from {path}" in (await _settings_findings())[True][0]
    path.chmod(0o644)
    assert f"{path} can be read by others of this machine. Run chmod 600" in (await _settings_findings())[False][0]


def test_the_language_of_people_is_the_files_where_the_environment_says_none(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("[accounts.acme.minicrm]\nlanguage = 'hu'\n")
    monkeypatch.delenv("MINICRM_LANGUAGE", raising=False)
    assert find_language() == "hu"
    write("[server]\nlanguage = 'en'\n[accounts.acme.minicrm]\nlanguage = 'hu'\n")
    assert find_language() == "en"
    monkeypatch.setenv("CRM_MCP_LANGUAGE", "hu")
    assert find_language() == "hu"
    write("[server")
    assert find_language() == "hu"


@pytest.mark.parametrize("options", [(), ("serve",), ("tools",), ("doctor",)])
def test_another_file_than_env_is_read_and_must_be_there(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "their.env").write_text("CRM_MCP_COLOUR=red\n", encoding="utf-8")
    found = CliRunner().invoke(main, ["--env-file", "their.env", *options])
    assert "CRM_MCP_COLOUR is not a setting" in found.output
    missing = CliRunner().invoke(main, ["--env-file", "none.env", *options])
    assert missing.exit_code == 2
    assert "none.env" in missing.output
