"""The faults of paging meet every search that a sync asks: by date, of the trash, of contacts."""

from __future__ import annotations

import pytest

from tests.mockserver.conftest import StartFake
from tests.support.in_process import MINICRM_LOGIN

MODULE = {"name": "Sales", "statuses": {"1": {"label": "New", "group": "Open"}}}
CONTACTS = [{"Id": number, "Type": "Business", "Name": f"Firm {number}"} for number in range(1, 151)]
PROJECTS = [
    {"Id": number, "CategoryId": 1, "ContactId": 1, "StatusId": 1, "Name": f"Card {number}", "Deleted": deleted}
    for deleted in (0, 1)
    for number in range(1 + 200 * deleted, 151 + 200 * deleted)
]
SEED: dict[str, object] = {"minicrm": {"modules": {"1": MODULE}, "contacts": CONTACTS, "projects": PROJECTS}}


@pytest.mark.parametrize(
    ("path", "query", "first"),
    [
        ("Project", {"UpdatedSince": "2000-01-01"}, 1),
        ("Project", {"UpdatedSince": "2000-01-01", "Deleted": "1"}, 201),
        ("Project", {"CategoryId": "1", "Deleted": "1"}, 201),
        ("Contact", {"UpdatedSince": "2000-01-01"}, 1),
    ],
)
def test_a_sync_meets_the_faults_of_paging(start_fake: StartFake, path: str, query: dict[str, str], first: int):
    fake = start_fake(SEED)

    def search(kind: str) -> tuple[int, list[int]]:
        fake.client.put("/_control/faults", json={"rules": [{"fault": {"kind": kind}}] if kind else []})
        page = fake.client.get(f"/Api/R3/{path}", params={**query, "Page": "1"}, auth=MINICRM_LOGIN).json()
        return page["Count"], [int(each) for each in page["Results"]]

    assert search("") == (150, list(range(first + 100, first + 150)))
    assert search("same_page") == (150, list(range(first, first + 100)))
    assert search("wrong_count") == (250, list(range(first + 100, first + 150)))
