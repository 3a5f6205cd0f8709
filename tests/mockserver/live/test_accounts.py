"""Which accounts the environment names, and what is said where it names them wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from mockserver.live.accounts import AccountError, read_accounts

IVINEX = {"IVINEX_URL": "https://demo.ivinex.com/", "IVINEX_USERNAME": "someone", "IVINEX_PASSWORD": "fake-secret"}
MINICRM = {"MINICRM_SYSTEM_ID": "10001", "MINICRM_API_KEY": "fake-secret"}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction] - pytest uses it
    for name in (*IVINEX, *MINICRM, "IVINEX_MODULES", "MINICRM_URL", "CRM_MCP_TIMEOUT_S", "CRM_MCP_CA_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def set_all(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_both_means_those_that_are_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.crm for one in read_accounts("both").accounts] == ["minicrm"]
    set_all(monkeypatch, {**IVINEX, "IVINEX_MODULES": "contact=1001, note=1002", "CRM_MCP_TIMEOUT_S": "5"})
    accounts = read_accounts("both", needs_login=True)

    (ivinex,) = accounts.accounts
    assert (ivinex.url, ivinex.login) == ("https://demo.ivinex.com", ("someone", "fake-secret"))
    assert ivinex.modules == {"contact": "1001", "note": "1002"}
    assert accounts.timeout_s == 5


def test_an_address_on_the_command_line_wins() -> None:
    accounts = read_accounts("both", "http://127.0.0.1:8080").accounts
    assert [one.url for one in accounts] == ["http://127.0.0.1:8080"] * 2


def test_a_file_beside_the_working_folder_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MINICRM_SYSTEM_ID=1\nMINICRM_API_KEY=from-file\nMINICRM_URL=\n")
    monkeypatch.setenv("MINICRM_SYSTEM_ID", "2")
    (account,) = read_accounts("minicrm").accounts
    assert (account.login, account.url) == (("2", "from-file"), "https://r3.minicrm.hu")


@pytest.mark.parametrize(
    ("variables", "crm", "message"),
    [
        ({}, "ivinex", "IVINEX_URL is not set"),
        ({"IVINEX_URL": "https://x.example"}, "ivinex", "IVINEX_USERNAME and IVINEX_PASSWORD"),
        ({}, "both", "No account is set up"),
        ({"MINICRM_API_KEY": "fake-secret"}, "both", "MINICRM_SYSTEM_ID is missing"),
        ({"MINICRM_SYSTEM_ID": "1"}, "both", "MINICRM_API_KEY is missing"),
        ({"IVINEX_URL": "demo.ivinex.com"}, "ivinex", "write it as https://host"),
        ({"IVINEX_URL": "https://demo.ivinex.com:fake-secret"}, "ivinex", "write it as https://host"),
        ({"IVINEX_URL": "https://a:fake-secret@x.example"}, "ivinex", "leave out the login"),
        ({"IVINEX_URL": "https://x.example/API/Records.php"}, "ivinex", "leave out the path"),
        ({"MINICRM_URL": "http://x.example"}, "minicrm", "plain http://"),
        ({**IVINEX, "IVINEX_MODULES": "fake-secret"}, "ivinex", "name=id pairs"),
        ({"CRM_MCP_TIMEOUT_S": "fake-secret"}, "both", "CRM_MCP_TIMEOUT_S"),
    ],
)
def test_a_wrong_setting_is_named_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    crm: Literal["ivinex", "minicrm", "both"],
    message: str,
) -> None:
    set_all(monkeypatch, variables)
    with pytest.raises(AccountError, match=message) as caught:
        read_accounts(crm, needs_login=True)
    assert "fake-secret" not in str(caught.value)
