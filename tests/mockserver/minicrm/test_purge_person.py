"""A person is deleted for good by PUT and by GET, and only one that nothing needs."""

from __future__ import annotations

import json

import pytest

from mockserver.crm.profiles import Profile
from tests.mockserver.minicrm.account import SEED, Account, read_json, read_refusal

FREE = {"Id": 13, "Type": "Person", "LastName": "Nobody"}
AT_HOME = {"Id": 303, "ContactId": 13, "Name": "Home"}


def open_account(profile: Profile | None = None) -> Account:
    seed = {**SEED, "contacts": [*SEED["contacts"], FREE], "addresses": [*SEED["addresses"], AT_HOME]}
    return Account(profile or Profile(), seed)


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_a_person_is_gone_with_its_addresses_and_no_search_finds_it(method: str):
    account = open_account()

    answer = read_json(account.ask(method, "PurgePerson/13"))

    assert answer.keys() == {"Message"}
    assert account.ask("GET", "Contact/13").status == account.ask("GET", "Address/303").status == 404
    assert account.find("Contact", {"Query": "Nobody"}) == []


@pytest.mark.parametrize("person_id", ["10", "11", "999", "x", "9" * 30])
def test_a_company_the_contact_of_a_card_and_nobody_are_refused_with_a_message(person_id: str):
    account = open_account()
    before = account.fake.counts()

    answer = account.ask("PUT", f"PurgePerson/{person_id}")

    assert (answer.status, answer.content_type) == (400, "application/json; charset=utf-8")
    assert json.loads(answer.body).keys() == {"Message"}
    assert answer.reason
    assert account.fake.counts() == before


def test_it_is_refused_in_plain_text_where_the_account_does_so():
    account = open_account(Profile(switches={"purge-refusals-are-text": True}))

    assert read_refusal(account.ask("GET", "PurgePerson/11"))[0] == 400
