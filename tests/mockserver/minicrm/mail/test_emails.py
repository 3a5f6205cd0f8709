"""E-mails lie on cards: a seed and a person put them there, and the API lists them."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.crm.api import SeedError
from mockserver.crm.edits import EditError, Purge, RecordAddition, RecordEdit
from mockserver.crm.profiles import Profile
from tests.mockserver.minicrm.account import OBSERVED, SEED, Account, read_refusal

TEMPLATE = {"Id": 61, "CategoryId": 3, "Name": "Offer", "Subject": "Your offer", "Content": "<p>Enclosed.</p>"}
MAILS = [
    {"Id": 71, "ProjectId": 101, "Subject": "First", "CreatedAt": "2025-12-30 09:00:00"},
    {"Id": 72, "ProjectId": 101, "Subject": "Second", "CreatedAt": "2025-12-31 09:00:00"},
    {"Id": 73, "ProjectId": 101, "Subject": "Third", "CreatedAt": "2026-01-01 09:00:00"},
    {"Id": 74, "ProjectId": 102, "Subject": "Elsewhere"},
]


def open_account(profile: Profile | None = None) -> Account:
    modules = {**SEED["modules"], "3": {**SEED["modules"]["3"], "details": {"SenderEmail": "us@sender.example"}}}
    seed = {**SEED, "modules": modules, "templates": [TEMPLATE], "emails": MAILS}
    return Account(profile or Profile(), seed)


def add(account: Account, **values: object) -> dict[str, Any]:
    """Put an e-mail on card 103 as a person does, and return it as the API lists it."""
    account.fake.edit(RecordAddition("email", {"ProjectId": 102, **values}))
    return list(account.get("EmailList/102")["Results"].values())[-1]


def test_an_e_mail_has_all_keys_and_ids_as_text():
    answer = open_account().get("EmailList/102")

    assert answer == {
        "Count": 1,
        "Results": {
            "74": {
                "Id": "74",
                "TemplateId": "0",
                "From": "",
                "To": "",
                "Subject": "Elsewhere",
                "Body": "",
                "Status": "Sent",
                "CreatedAt": "2026-01-02 03:04:05",
                "OpenedAt": "",
                "ClickedAt": "",
                "UnsubscribedDate": "",
            }
        },
    }


def test_ids_are_numbers_where_the_account_prints_them_so():
    account = open_account(Profile(switches={"email-ids-are-ints": True}))

    assert account.get("EmailList/102")["Results"]["74"]["Id"] == 74


@pytest.mark.parametrize(("one_day", "found"), [(False, ["72", "73"]), (True, ["72"])])
def test_created_at_means_since_that_day_or_on_it(one_day: bool, found: list[str]):
    account = open_account(Profile(switches={"created-at-is-one-day": one_day}))

    assert list(account.get("EmailList/101", {"CreatedAt": "2025-12-31"})["Results"]) == found


def test_a_card_without_e_mails_has_an_empty_list_and_one_that_does_not_exist_is_refused():
    account = open_account()

    assert account.get("EmailList/103") == {"Count": 0, "Results": []}
    assert read_refusal(account.ask("GET", "EmailList/999"))[0] == 404
    assert read_refusal(account.ask("GET", "EmailList/101", {"CreatedAt": "yesterday"}))[0] == 400


def test_a_person_sends_a_template_to_the_contact_of_the_card():
    mail = add(open_account(), TemplateId=61)

    assert (mail["TemplateId"], mail["Subject"], mail["Body"]) == ("61", "Your offer", "<p>Enclosed.</p>")
    assert (mail["From"], mail["To"]) == ("us@sender.example", "info@tolgyfa.example")
    assert (mail["Status"], mail["CreatedAt"], mail["OpenedAt"]) == ("Sent", "2026-01-02 03:04:05", "")


def test_a_person_files_an_e_mail_that_came_in():
    mail = add(open_account(), Subject="Re: Your offer", Body="Yes.", Status="Received")

    assert (mail["From"], mail["To"], mail["Body"]) == ("info@tolgyfa.example", "us@sender.example", "Yes.")


def test_an_e_mail_is_opened_and_clicked():
    account = open_account()

    account.fake.edit(RecordEdit("email", 74, {"OpenedAt": "2026-01-02 08:00:00", "ClickedAt": True}))

    mail = account.get("EmailList/102")["Results"]["74"]
    assert (mail["OpenedAt"], mail["ClickedAt"]) == ("2026-01-02 08:00:00", "2026-01-02 03:04:05")


def test_an_e_mail_can_be_gone_for_good():
    account = open_account()

    account.fake.edit(Purge("email", 74))

    assert account.get("EmailList/102")["Count"] == 0


@pytest.mark.parametrize(
    ("kind", "values", "why"),
    [
        ("email", {"ProjectId": 999}, "add.ProjectId: there is no project 999."),
        ("email", {"ProjectId": 102, "TemplateId": 5}, "add.TemplateId: there is no template 5."),
        ("email", {"ProjectId": 102, "Subjekt": "x"}, "did you mean Subject"),
        ("task", {"ProjectId": 102}, "the API makes a task"),
    ],
)
def test_an_e_mail_that_makes_no_sense_is_refused_with_what_is_wrong(kind: str, values: dict[str, object], why: str):
    with pytest.raises(EditError, match=why):
        open_account().fake.edit(RecordAddition(kind, values))


def test_templates_of_a_module_are_listed_and_read():
    account = open_account(OBSERVED)

    assert account.get("TemplateList/3") == {
        "Count": 1,
        "Results": [{"Id": 61, "Type": "Email", "Name": "Offer", "Url": "http://here:1/Api/R3/Template/61"}],
    }
    assert account.get("Template/61") == {
        "Id": 61,
        "CategoryId": 3,
        "Type": "Email",
        "Name": "Offer",
        "Subject": "Your offer",
        "Content": "<p>Enclosed.</p>",
        "FolderId": 0,
        "Folders": [],
    }
    assert account.get("TemplateList/4") == {"Count": 0, "Results": []}
    assert account.ask("GET", "TemplateList/5").status == account.ask("GET", "Template/5").status == 404
    assert account.ask("PUT", "Template/61", body={"Name": "Other"}).status == 405


def test_a_template_of_a_module_that_does_not_exist_is_no_seed():
    with pytest.raises(SeedError, match=r"templates\[0\].CategoryId: there is no module 9"):
        Account(seed={**SEED, "templates": [{**TEMPLATE, "CategoryId": 9}]})
