"""The journal explains wrong requests of every documented kind: why, by which section, and what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.crm.profiles import Profile
from mockserver.seeds.load import read_seed
from tests.mockserver.wrong_requests import IVINEX_REQUESTS, MINICRM, MINICRM_REQUESTS, WrongRequest
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN

if TYPE_CHECKING:
    from tests.mockserver.conftest import StartFake


def send(start_fake: StartFake, wrong: WrongRequest, profile: Profile) -> tuple[int, str, list[str]]:
    """Send a wrong request and return the response's status with the journal's reason and hints."""
    client = start_fake(dict(read_seed("documented")), profile).client
    login = IVINEX_LOGIN if wrong in IVINEX_REQUESTS else MINICRM_LOGIN
    if wrong.before:
        method, path, body = wrong.before
        assert client.request(method, f"{MINICRM}/{path}", content=body, auth=login).status_code == 200
    url = f"{wrong.path}?{wrong.query}" if wrong.query else wrong.path
    response = client.request(
        wrong.method,
        url,
        content=wrong.body or None,
        headers={"Content-Type": wrong.content_type},
        auth=login if wrong.login else None,
    )
    entry = client.get("/_control/requests").json()[-1]
    assert entry["status"] == response.status_code
    return response.status_code, entry["reason"], entry["hints"]


OBSERVED = (
    WrongRequest("a search without a criterion", "GET", "/Api/R3/Project", 400, "Searching", "name one of Query"),
    WrongRequest(
        "a Type by its id", "PUT", "/Api/R3/Contact", 400, "Contact (PUT)", "Person or Business", body='{"Type":1}'
    ),
    WrongRequest(
        "an unknown user", "PUT", "/Api/R3/Project/1234", 200, "", "the project went to", body='{"UserId":999}'
    ),
    WrongRequest(
        "a status that does not exist",
        "PUT",
        "/Api/R3/Project/1234",
        500,
        "Database Schema, Field types",
        "has the ids 2509",
        body='{"StatusId":1}',
    ),
    WrongRequest(
        "a contact of another business",
        "PUT",
        "/Api/R3/Project/1234",
        400,
        "Project (PUT)",
        "of the same business",
        body='{"ContactId":1234}',
    ),
)


EXPLAINED = {
    "ivinex": (IVINEX_REQUESTS, "ivinex.txt", Profile()),
    "minicrm": (MINICRM_REQUESTS, "minicrm.txt", Profile()),
    "minicrm as observed": (OBSERVED, "minicrm.txt", Profile("observed")),
    "minicrm in Hungarian": (MINICRM_REQUESTS[4::9], "minicrm.txt", Profile(language="hu")),
}
"""What is sent, the document whose section the reason names, and the fake it is sent to."""


@pytest.mark.parametrize(
    ("wrong", "document", "profile"),
    [
        pytest.param(wrong, document, profile, id=f"{name}: {wrong.title}")
        for name, (requests, document, profile) in EXPLAINED.items()
        for wrong in requests
    ],
)
def test_a_wrong_request_is_explained(start_fake: StartFake, wrong: WrongRequest, document: str, profile: Profile):
    status, reason, hints = send(start_fake, wrong, profile)
    assert status == wrong.status, reason
    if wrong.section:
        assert wrong.section in reason, reason
        assert document in reason or "assumed" in reason, reason
    else:
        assert reason == ""
    assert any(wrong.hint in hint for hint in hints), (reason, hints)


def test_minicrm_explains_its_limit(start_fake: StartFake):
    client = start_fake(dict(read_seed("documented")), Profile("observed")).client
    responses = [client.get("/Api/R3/Category", auth=MINICRM_LOGIN) for _ in range(61)]
    assert responses[-1].status_code == 429
    assert "Retry-After" not in responses[-1].headers
    entry = client.get("/_control/requests").json()[-1]
    assert "minicrm.txt, section Basics" in entry["reason"]
    assert entry["hints"] == ["wait for the minute to end"]
