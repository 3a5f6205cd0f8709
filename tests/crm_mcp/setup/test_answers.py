"""Answers from a file: what is missing or refused is named, and nothing of them is repeated."""

from __future__ import annotations

import pytest

from crm_mcp.errors import SettingsError
from crm_mcp.setup.answering.answers import Answers, AnswersError, read_answers
from tests.crm_mcp.setup.conftest import Setup


def answering(text: str) -> Answers:
    return Answers(read_answers(text), print)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{", "The answers are not JSON"),
        ("[]", "The answers are no JSON object."),
        ('{"crm": "salesforce"}', "crm: It is none of ivinex, minicrm, all."),
        ('{"crm": "minicrm", "minicrm": {"api_key": "s3cret"}}', "There is no answer to minicrm.system_id"),
        ('{"crm": "minicrm", "minicrm": {"url": "http://a.example"}}', "minicrm.url: Plain http://"),
        (
            '{"crm": "minicrm", "minicrm": {"url": "URL", "system_id": 1, "api_key": "s3cret"}}',
            "something did not work, as said above",
        ),
    ],
)
def test_answers_that_will_not_do_are_named_and_nothing_is_written(machine: Setup, given: str, told: str) -> None:
    with pytest.raises(AnswersError) as refused:
        machine.run(answering(given.replace("URL", machine.url)))
    assert told in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert not machine.path.exists()


def test_a_settings_file_that_is_broken_is_named(machine: Setup) -> None:
    machine.path.parent.mkdir(exist_ok=True)
    machine.path.write_text("[[[", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"settings\.toml is not TOML: .* line 1 col 2\. Mend it"):
        machine.run(answering("{}"))


def test_an_answer_that_is_no_choice_is_met_with_those_that_a_person_sees(machine: Setup) -> None:
    login = '"url": "URL", "system_id": 10001, "api_key": "demo-api-key", "user": "Nobody"'
    with pytest.raises(AnswersError, match=r"minicrm\.user: It is none of .*\w\. Correct"):
        machine.run(answering(f'{{"crm": "minicrm", "minicrm": {{{login}}}}}'.replace("URL", machine.url)))


def test_answers_that_nothing_asked_for_are_known(machine: Setup) -> None:
    login = '"url": "URL", "system_id": 10001, "api_key": "demo-api-key", "user": "Nagy Eszter"'
    given = answering(f'{{"crm": "minicrm", "minicrm": {{{login}}}, "colour": "red"}}'.replace("URL", machine.url))
    machine.run(given)
    assert given.unused == ["colour"]
    assert not machine.hosts.told  # a script names its hosts


def test_modules_and_labels_are_given_as_tables(machine: Setup) -> None:
    login = '"url": "URL", "username": "demo", "password": "demo-password"'
    tables = '"modules": {"contact": 1001, "note": 1002}, "labels": {"first_name": "Given name"}'
    written = machine.run(
        answering(f'{{"crm": "ivinex", "ivinex": {{{login}, {tables}}}}}'.replace("URL", machine.url))
    )
    assert "modules = {contact = 1001, note = 1002}" in written
    assert 'labels = {first_name = "Given name"}' in written
