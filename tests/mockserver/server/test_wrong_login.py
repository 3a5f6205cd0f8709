"""A login that opens nothing is explained in the journal of whoever probably sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN, InProcessFake

if TYPE_CHECKING:
    from tests.mockserver.conftest import StartFake

PATHS = {"ivinex": "/API/Records.php", "minicrm": "/Api/R3/Category"}


def read_hints(fake: InProcessFake, workspace: str = "default") -> list[Any]:
    entries = fake.client.get("/_control/requests", params={"workspace": workspace}).json()
    assert all(entry["status"] == 401 and entry["reason"] for entry in entries)
    return [entry["hints"] for entry in entries]


def test_what_is_no_login_at_all_is_said_to_be_none(start_fake: StartFake):
    fake = start_fake()
    fake.client.get(PATHS["ivinex"])
    fake.client.get(PATHS["ivinex"], headers={"Authorization": "Basic ???"})

    assert read_hints(fake) == [
        ["The request has no Authorization header."],
        ["The Authorization header is not readable Base64 of UTF-8 text."],
    ]


@pytest.mark.parametrize(
    ("crm", "login", "hints"),
    [
        ("ivinex", ("demo", "wrong"), ["The username is that of the workspace default, the password is not."]),
        ("minicrm", ("10001", "wrong"), ["The system_id is that of the workspace default, the api_key is not."]),
        ("ivinex", MINICRM_LOGIN, ["This is a login of MiniCRM; did you mean one of Ivinex?"]),
        ("minicrm", IVINEX_LOGIN, ["This is a login of Ivinex; did you mean one of MiniCRM?"]),
        (
            "minicrm",
            ("7", "x"),
            [
                "No MiniCRM account here has this system_id and api_key.",
                "The system_id of the workspace default is 10001.",
            ],
        ),
    ],
)
def test_the_half_of_a_login_that_is_wrong_is_named(
    start_fake: StartFake, crm: str, login: tuple[str, str], hints: list[str]
):
    fake = start_fake()
    fake.client.get(PATHS[crm], auth=login)
    assert read_hints(fake) == [hints]


def test_a_wrong_password_is_told_to_the_workspace_whose_user_name_it_came_with(start_fake: StartFake):
    fake = start_fake()
    made = fake.client.post("/_control/workspaces", json={"name": "mine"}).json()
    fake.client.get(PATHS["ivinex"], auth=(made["ivinex"]["username"], "wrong"))
    fake.client.get(PATHS["ivinex"], auth=("nobody", "wrong"))

    assert read_hints(fake, "mine") == [["The username is that of the workspace mine, the password is not."]]
    assert read_hints(fake)[0][-1] == "It opens no workspace, so it stands in the journal of default."


def test_an_account_without_a_login_lets_nobody_in(start_fake: StartFake):
    fake = start_fake({"minicrm": {"logins": []}})
    fake.client.get(PATHS["minicrm"], auth=MINICRM_LOGIN)
    assert read_hints(fake) == [["No MiniCRM account here has this system_id and api_key."]]


def test_the_caller_is_told_nothing_of_it(start_fake: StartFake):
    client = start_fake().client
    answers = {client.get(PATHS["ivinex"], auth=("demo", secret)).content for secret in ("", "wrong")}
    answers.add(client.get(PATHS["ivinex"], auth=("nobody", "wrong")).content)
    assert len(answers) == 1
