"""The dialogue from the first question to the last, on the real fake."""

from __future__ import annotations

import asyncio
import stat
import tomllib

import pytest

from crm_mcp.registry import connect
from crm_mcp.transport.connections import ConnectionPool
from tests.crm_mcp.setup.conftest import SECRETS, KeychainInMemory, Person, Setup

WHOLE = ("ivinex__password", "minicrm__api_key")


def both(machine: Setup, **answers: str) -> Person:
    login = {"ivinex__url": machine.url, "ivinex__username": "demo", "ivinex__password": "demo-password"}
    return machine.minicrm(**{**login, "crm": "all", "account": "acme", "minicrm__user": "Nagy Eszter", **answers})


def test_both_crms_are_set_up_and_the_server_connects_by_what_was_written(
    machine: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.keychain.problem = "none"
    written = tomllib.loads(machine.run(both(machine, secrets="file")))
    assert written["server"] == {"read_only": False, "replica": "on", "language": "en"}
    assert written["accounts"]["acme"]["ivinex"]["modules"] == {
        "contact": 1001, "note": 1002, "company": 1003, "deal": 1004,
    }  # fmt: skip
    assert written["accounts"]["acme"]["minicrm"]["user"] == "Nagy Eszter"
    monkeypatch.setenv("CRM_MCP_SETTINGS", str(machine.path))

    async def check() -> list[str]:
        pool = ConnectionPool()
        async with pool.open():
            return [await connector.check_login() for connector in connect(pool)]

    assert asyncio.run(check()) == ["login works, 4 modules", 'login works, 7 modules, "me" is user 101']


def test_secrets_go_into_the_keychain_and_nowhere_else(machine: Setup) -> None:
    person = both(machine)
    written = machine.run(person)
    assert machine.keychain.entries == {
        "acme.ivinex.password": "demo-password",
        "acme.minicrm.api_key": "demo-api-key",
    }
    assert 'api_key = {keychain = "acme.minicrm.api_key"}' in written
    assert not [one for one in SECRETS if one in written + person.heard]


def test_the_file_is_for_its_owner_alone(machine: Setup) -> None:
    machine.run(both(machine))
    assert stat.S_IMODE(machine.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(machine.path.parent.stat().st_mode) == 0o700
    assert [one.name for one in machine.path.parent.iterdir()] == ["settings.toml"]


def test_stopping_at_any_question_leaves_everything_as_it_was(machine: Setup) -> None:
    whole = machine.minicrm()
    machine.run(whole, dry_run=True)
    keys = [key for key in dict.fromkeys(whole.asked) if key != "hosts"]
    assert len(keys) > 8
    for key in ["language", *keys, "write"]:
        dialogue = machine.dialogue(machine.minicrm(**{key: "^C"}))
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(dialogue.run("" if key == "language" else "en"))
        assert dialogue.tell_stopped() == "Stopped: everything is as it was."
        assert not machine.path.exists()
        assert not machine.keychain.entries


def test_stopping_after_the_file_was_written_says_so(machine: Setup) -> None:
    dialogue = machine.dialogue(both(machine, hosts="^C"))
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(dialogue.run("en"))
    assert str(machine.path) in dialogue.tell_stopped()
    assert machine.path.exists()


def test_a_rehearsal_shows_what_would_be_written_and_writes_nothing(machine: Setup) -> None:
    machine.keychain.problem = "none"
    person = both(machine, secrets="file")
    assert machine.run(person, dry_run=True) == ""
    assert 'password = "***"' in person.heard
    assert not [one for one in SECRETS if one in person.heard]
    assert not machine.hosts.told


def test_a_person_who_does_not_agree_gets_nothing_written(machine: Setup) -> None:
    assert machine.run(both(machine, write="no")) == ""
    assert not machine.hosts.told


def test_the_hosts_that_are_there_are_told_and_how_to_go_on_is_said(machine: Setup) -> None:
    person = both(machine)
    machine.run(person)
    assert machine.hosts.told == {"editor": machine.path}
    assert "1. Start editor again." in person.said
    assert "The Desktop" not in person.heard


def test_where_the_keychain_does_not_work_a_variable_can_be_named(machine: Setup) -> None:
    machine.keychain.problem = "NoKeyringError"
    person = both(machine, secrets="env")
    written = machine.run(person)
    assert 'api_key = {env = "SECRET_ACME_MINICRM_API_KEY"}' in written
    assert "Set SECRET_ACME_MINICRM_API_KEY where the server runs." in person.heard
    assert "no keychain that works (NoKeyringError)" in person.heard


def test_a_keychain_that_refuses_one_secret_is_left_as_it_was(machine: Setup) -> None:
    machine.keychain = KeychainInMemory(fails_at="acme.minicrm.api_key", entries={"acme.ivinex.password": "before"})
    with pytest.raises(Exception, match="refused acme"):
        machine.run(both(machine))
    assert machine.keychain.entries == {"acme.ivinex.password": "before"}
    assert not machine.path.exists()


def test_what_the_environment_says_is_told_to_win(machine: Setup) -> None:
    machine.variables = {"MINICRM_API_KEY": "other"}
    person = both(machine)
    machine.run(person)
    assert "MINICRM_API_KEY is set here" in person.heard


def test_it_speaks_hungarian(machine: Setup) -> None:
    person = both(machine, language="hu")
    written = machine.run(person, language="")
    assert 'language = "hu"' in written
    assert "A belépés sikerült: 7 modul van (Sales, Support" in person.heard
    assert "Mit tehet az asszisztens a CRM-ben?" in person.heard
