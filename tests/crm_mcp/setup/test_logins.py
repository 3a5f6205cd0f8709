"""A login is tried at once, and whatever is wrong with it is said so that it can be mended."""

from __future__ import annotations

import socket

import pytest

from tests.crm_mcp.setup.conftest import Setup


def test_a_refused_login_says_so_and_keeps_what_was_typed_but_the_secret(machine: Setup) -> None:
    person = machine.minicrm(minicrm__api_key=["wrong", "demo-api-key"])
    machine.run(person)
    assert "MiniCRM refused this login (401)." in person.heard
    assert person.heard.count("System ID [10001]") == 1  # the second time it is offered
    assert "wrong" not in person.heard
    assert "(Enter keeps the present one)" not in person.heard


def test_quotes_round_a_secret_are_named_once_it_is_refused(machine: Setup) -> None:
    person = machine.minicrm(minicrm__api_key=['"demo-api-key"', "demo-api-key"])
    machine.run(person)
    assert "API key: begins and ends with quotes, which are part of the value: write it without them." in person.said


@pytest.mark.parametrize(
    ("address", "explained"),
    [
        ("{url}/API/Records.php", "Leave out the path of the API; it is added."),
        ("http://crm.example.com", "Plain http:// would show the login to the network; use https:// (http is for loop"),
        ("https://anna:secret@crm.example.com", "Leave the login out of the URL"),
        ("'{url}'", "It begins and ends with quotes"),
        ("${{IVINEX_URL}}", "It is an unfilled ${NAME}."),
        ("", "It is needed"),
    ],
)
def test_an_odd_address_is_explained_before_anything_is_sent(machine: Setup, address: str, explained: str) -> None:
    person = machine.ivinex(ivinex__url=[address.format(url=machine.url), machine.url])
    machine.run(person, dry_run=True)
    assert explained in person.heard


def test_an_address_that_nobody_answers_at_can_be_corrected(machine: Setup) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    person = machine.minicrm(minicrm__url=[nobody, machine.url], minicrm__api_key=["demo-api-key", ""])
    machine.run(person)
    assert "MiniCRM cannot be reached at this address." in person.said
    assert "(Enter keeps the present one)" in person.heard  # nobody refused the key
    assert machine.keychain.entries == {"minicrm.minicrm.api_key": "demo-api-key"}


def test_what_happened_is_told_without_the_address_in_hungarian_too(machine: Setup) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    person = machine.minicrm(language="hu", minicrm__url=[nobody, machine.url], minicrm__api_key=["demo-api-key", ""])
    machine.run(person, language="", dry_run=True)
    assert "Jó a cím? Van internetkapcsolat? (nem jött létre kapcsolat (Connection refused))" in person.heard


def test_an_address_of_something_else_is_told(machine: Setup) -> None:
    person = machine.minicrm(
        minicrm__url=[f"{machine.url}/elsewhere", machine.url], minicrm__api_key=["demo-api-key", ""]
    )
    machine.run(person)
    assert "What answers at this address is not the API of MiniCRM." in person.said


def test_an_address_without_https_gets_it(machine: Setup) -> None:
    person = machine.ivinex(ivinex__url=["ivinex.invalid", machine.url], ivinex__password=["demo-password", ""])
    machine.run(person, dry_run=True)
    assert "https://ivinex.invalid" in person.heard
