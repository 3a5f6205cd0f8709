"""What a file of logins may say, and what is refused without a word of a secret or a subject."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest

from crm_mcp.errors import SettingsError
from crm_mcp.logins.file import read_logins
from crm_mcp.logins.login import Login
from crm_mcp.logins.watched import WatchedLogins
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.settings import load
from crm_mcp.settings_file.sections import reading_login
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from tests.support.logins_file import write_text

ANNA = '["auth0|anna".minicrm]\nsystem_id = "1"\napi_key = "s3cret"\n'
URL = "https://crm.example"


def read(folder: Path, text: str, *, name: str = "logins.toml", mode: int = 0o600) -> dict[str, Login]:
    write_text(folder / name, text, mode=mode)
    return dict(WatchedLogins(folder / name, ConnectionPool()).all())


def accounts(login: Login) -> list[tuple[str, str, str]]:
    found = [connector.account for connector in login.connect(ConnectionPool(), Store())]
    return [(account.crm, account.base_url, account.login) for account in found]


def test_a_login_is_read_from_toml_json_and_the_names_of_variables(tmp_path: Path) -> None:
    flat = '["auth0|anna"]\nMINICRM_SYSTEM_ID = 1\nMINICRM_API_KEY = "s3cret"\n'
    as_json = json.dumps({"auth0|anna": {"minicrm": {"system_id": "1", "api_key": "s3cret"}}})
    for name, text in (("l.toml", ANNA), ("l.toml", flat), ("l.json", as_json), ("secret", as_json)):
        found = read(tmp_path, text, name=name)
        assert list(found) == ["auth0|anna"]
        assert accounts(found["auth0|anna"]) == [("minicrm", "https://r3.minicrm.hu", "s3cret")]


def test_a_secret_may_be_kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNA_KEY", "from-elsewhere")
    found = read(tmp_path, ANNA.replace('"s3cret"', '{ env = "ANNA_KEY" }'))
    assert accounts(found["auth0|anna"])[0][2] == "from-elsewhere"


def test_what_an_entry_leaves_out_is_as_the_environment_says_but_never_a_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"URL": URL, "SYSTEM_ID": "9", "API_KEY": "own", "USER": "Boss"}.items():
        monkeypatch.setenv(f"MINICRM_{name}", value)
    for name, value in {"URL": URL, "USERNAME": "boss", "PASSWORD": "own"}.items():
        monkeypatch.setenv(f"IVINEX_{name}", value)
    anna = read(tmp_path, ANNA)["auth0|anna"]
    assert accounts(anna) == [("minicrm", URL, "s3cret")]
    for half in ('system_id = "1"', 'api_key = "k"', f'url = "{URL}"'):
        with pytest.raises(SettingsError):
            read(tmp_path, f'["auth0|anna".minicrm]\n{half}\n')


def test_who_me_is_comes_from_the_entry_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_USER", "Boss")
    for text, me in ((ANNA, ""), (f'{ANNA}user = "Anna"\n', "Anna")):
        with reading_login(read(tmp_path, text)["auth0|anna"].sections):
            assert load(MinicrmSettings).user == me


def test_an_entry_may_narrow_and_name_its_user(tmp_path: Path) -> None:
    anna = read(tmp_path, f'["auth0|anna"]\nname = "Anna"\nread_only = true\ntoolsets = ["history"]\n{ANNA}')[
        "auth0|anna"
    ]
    assert (anna.name, anna.is_read_only, anna.toolsets) == ("Anna", True, frozenset({"history"}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ANNA.replace("api_key", "api_ky"), "[1.minicrm] api_ky is not a setting, did you mean api_key"),
        (ANNA.replace("api_key", "# "), "MINICRM_API_KEY (api_key in [1.minicrm]"),
        (ANNA.replace('"s3cret"', '["s3cret"]'), "[1.minicrm] api_key: it is a list"),
        (ANNA.replace('"s3cret"', '{ env = "NOT_THERE" }'), "the variable NOT_THERE is not set"),
        (ANNA.replace('"s3cret"', '"s3cret'), "is not TOML (at line 3, column"),
        (f"{ANNA}{ANNA}", "is not TOML (at line 4, column"),
        (f"{ANNA}url = 'http://crm.example'\n", "[1.minicrm] url: plain http://"),
        (ANNA.replace("minicrm", "minicmr"), "entry 1: 'minicmr' has no place there, did you mean minicrm"),
        ('[anna.k.minicrm]\nsystem_id = "1"\n', "entry 1: it holds something that has no place there"),
        ('"auth0|anna" = "s3cret"\n', "entry 1: it is no section"),
        ('["auth0|anna"]\nname = "Anna"\n', "entry 1: it has no CRM"),
        (
            f"{ANNA}{ANNA.replace('anna', 'bela')}timezone = 's3cret'",
            "[2.minicrm] timezone: there is no such time zone",
        ),
        (f'["auth0|anna"]\nread_only = "yes"\n{ANNA}', "read_only is true or false"),
        (f'["auth0|anna"]\ntoolsets = "histroy"\n{ANNA}', "Did you mean history"),
        (f'["auth0|anna"]\nMINICRM_API_KEY = "s3cret"\n{ANNA}', "entry 1: it says minicrm.api_key twice"),
        (f"a = {'9' * 5000}\n", "is not TOML"),
        (f'{{"a": {"9" * 5000}}}', "is not a JSON object"),
        ('{"a": {}, "a": {}}', "has the same key twice"),
        ('{"auth0|anna": s3cret}', "is not a JSON object (line 1, column 16)"),
        ("  \n", "is empty"),
    ],
)
def test_what_is_unclear_is_refused_by_its_place_and_without_its_value(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, text)
    told = str(refused.value)
    assert said in told
    assert str(tmp_path / "logins.toml") in told or "CRM_MCP_TOOLSETS" in told
    assert "s3cret" not in told
    assert "anna" not in told


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsError, match="others of this machine may read it"):
        read(tmp_path, ANNA, mode=mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to another user")
def test_a_mounted_secret_may_be_read_by_its_group_alone(tmp_path: Path) -> None:
    path = tmp_path / "logins"
    for mode, is_refused in ((0o440, False), (0o444, True), (0o460, True)):
        write_text(path, ANNA, mode=mode)
        os.chown(path, 12345, os.getegid())
        with pytest.raises(SettingsError) if is_refused else contextlib.nullcontext():
            read_logins(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"CRM_MCP_LOGINS: .*none\.toml cannot be read"):
        read_logins(tmp_path / "none.toml")


def test_no_secret_is_shown_where_a_login_is_printed(tmp_path: Path) -> None:
    assert "s3cret" not in repr(read(tmp_path, ANNA))
