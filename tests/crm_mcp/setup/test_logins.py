"""A login is tried at once, and whatever is wrong with it is said so that it can be mended."""

from __future__ import annotations

import socket

import httpx
import pytest

from tests.crm_mcp.setup.conftest import Setup

NO_API = {"rules": [{"times": 1, "fault": {"kind": "status", "status": 404}}]}


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


@pytest.mark.parametrize(
    "pasted",
    ["{url}/API/Records.php", "{url}/?module=Home#start", "{url}/modules/contacts/view", " {url}/ "],
    ids=["the API", "a page by its query", "a page by its path", "white space"],
)
def test_a_portal_is_found_by_whatever_address_the_browser_shows(machine: Setup, pasted: str) -> None:
    written = machine.run(machine.ivinex(ivinex__url=pasted.format(url=machine.url).strip()))
    assert f'url = "{machine.url}"' in written


@pytest.mark.parametrize("question", ["minicrm__url", "minicrm__system_id"])
def test_the_system_id_is_taken_out_of_the_address_in_the_browser(machine: Setup, question: str) -> None:
    person = machine.minicrm(**{"minicrm__system_id": [""], question: f"{machine.url}/10001/#/Project/5"})
    written = machine.run(person)
    assert f'url = "{machine.url}"' in written
    assert 'system_id = "10001"' in written


def test_a_system_id_that_is_no_number_is_explained_before_anything_is_sent(machine: Setup) -> None:
    person = machine.minicrm(minicrm__system_id=["Example Ltd", "https://www.example.com/login", "10 001"])
    assert 'system_id = "10001"' in machine.run(person)
    assert person.said.count("It is a number, such as 10001.") == 2


def test_a_key_that_was_broken_over_two_lines_is_put_together(machine: Setup) -> None:
    machine.run(machine.minicrm(minicrm__api_key="demo-\n api-key "))
    assert machine.keychain.entries == {"minicrm.minicrm.api_key": "demo-api-key"}


def test_an_address_of_something_else_is_told(machine: Setup) -> None:
    person = machine.minicrm(minicrm__url=[machine.url, machine.url], minicrm__api_key=["demo-api-key", ""])
    httpx.put(f"{machine.url}/_control/faults", json=NO_API, trust_env=False).raise_for_status()
    machine.run(person)
    assert "What answers at this address is not the API of MiniCRM." in person.said


def test_a_server_that_knows_no_page_of_ivinex_is_no_portal(machine: Setup) -> None:
    person = machine.ivinex(ivinex__url=[machine.url, machine.url], ivinex__password=["demo-password", ""])
    httpx.put(f"{machine.url}/_control/faults", json=NO_API, trust_env=False).raise_for_status()
    machine.run(person)
    assert "What answers at this address is not the API of Ivinex." in person.said
    assert "Ivinex answers." not in person.said


def test_a_module_that_the_user_may_not_see_does_not_look_like_a_refused_login(machine: Setup) -> None:
    hidden = {"times": 1, "fault": {"kind": "status", "status": 403}}
    httpx.put(f"{machine.url}/_control/faults", json={"rules": [hidden]}, trust_env=False).raise_for_status()
    person = machine.ivinex(ivinex__password=["demo-password"])  # asked for once
    machine.run(person)
    assert "The login works." in person.said


def test_an_address_without_https_gets_it(machine: Setup) -> None:
    person = machine.ivinex(ivinex__url=["ivinex.invalid", machine.url], ivinex__password=["demo-password", ""])
    machine.run(person, dry_run=True)
    assert "https://ivinex.invalid" in person.heard
