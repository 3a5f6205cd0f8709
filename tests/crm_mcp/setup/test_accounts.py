"""A settings file that is there: accounts are added, changed and removed, and everything else stays."""

from __future__ import annotations

import tomllib

import pytest

from crm_mcp.errors import SettingsError
from crm_mcp.setup.plan import Plan
from tests.crm_mcp.setup.conftest import Setup

BEFORE = """# ours
[server]
read_only = true  # for now
replica = "off"
future = 1

[accounts.acme.minicrm]
url = "{url}"
system_id = "10001"
# from the safe
api_key = {{ keychain = "acme.minicrm.api_key" }}
labels = {{ Int1201 = "Budget" }}
timezone = "Europe/Vienna"
"""


@pytest.fixture
def known(machine: Setup) -> Setup:
    """A machine that has an account."""
    machine.path.parent.mkdir()
    machine.path.write_text(BEFORE.format(url=machine.url), encoding="utf-8")
    machine.path.chmod(0o644)
    machine.keychain.entries["acme.minicrm.api_key"] = "demo-api-key"
    return machine


def test_an_account_is_added_and_all_else_stays(known: Setup) -> None:
    person = known.ivinex(account="beta")
    written = known.run(person)
    assert known.path.stat().st_mode & 0o077 == 0
    for line in BEFORE.format(url=known.url).splitlines():
        assert line in written
    assert tomllib.loads(written)["accounts"]["beta"]["ivinex"]["username"] == "demo"
    assert "read_only" not in person.asked
    assert "acme  MiniCRM http://" in person.heard


def test_what_the_file_said_is_kept_beside_it(known: Setup) -> None:
    known.run(known.ivinex(account="beta"))
    (backup,) = [one for one in known.path.parent.iterdir() if one != known.path]
    assert backup.read_text(encoding="utf-8") == BEFORE.format(url=known.url)
    assert backup.stat().st_mode & 0o077 == 0


def test_an_account_is_changed_with_the_secret_that_is_there(known: Setup) -> None:
    person = known.minicrm(do="change", minicrm__api_key="", minicrm__user="Kovács Bálint")
    written = tomllib.loads(known.run(person))["accounts"]["acme"]["minicrm"]
    assert written["user"] == "Kovács Bálint"
    assert written["timezone"] == "Europe/Vienna"
    assert written["labels"] == {"Int1201": "Budget"}
    assert known.keychain.entries == {"acme.minicrm.api_key": "demo-api-key"}


def test_an_account_is_removed_with_its_secret(known: Setup) -> None:
    written = tomllib.loads(known.run(known.minicrm(do="remove")))
    assert not written.get("accounts")
    assert not known.keychain.entries


def test_what_the_assistant_may_do_is_changed(known: Setup) -> None:
    written = tomllib.loads(known.run(known.minicrm(do="server", read_only="false", replica="on")))
    assert (written["server"]["read_only"], written["server"]["replica"]) == (False, "on")


def test_everything_can_be_left_as_it_is(known: Setup) -> None:
    assert known.run(known.minicrm(do="leave")) == BEFORE.format(url=known.url)
    assert not known.hosts.told


def test_hosts_can_be_told_without_a_change(known: Setup) -> None:
    assert known.run(known.minicrm(do="hosts")) == BEFORE.format(url=known.url)
    assert known.hosts.told == {"editor": known.path}


def test_a_name_that_is_taken_or_odd_is_refused(known: Setup) -> None:
    person = known.minicrm(account=["acme", "Kovács Kft.", "kovacs"])
    known.run(person)
    assert "There is an account of that name already." in person.said
    assert "without accents or spaces" in person.heard


@pytest.mark.parametrize("text", ["[server", "accounts = 3", "[accounts]\nacme = 1", "server = []", "a = 1\na = 2"])
def test_a_file_that_cannot_be_understood_is_refused_and_left(machine: Setup, text: str) -> None:
    machine.path.parent.mkdir()
    machine.path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        Plan(machine.path)
    assert machine.path.read_text(encoding="utf-8") == text
