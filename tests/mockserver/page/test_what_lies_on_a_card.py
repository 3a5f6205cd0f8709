"""The page of a card shows its history, its e-mails and its calls, each to be opened and none to be changed."""

from __future__ import annotations

import pytest

from mockserver.seeds.load import read_seed
from tests.mockserver.conftest import StartFake


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("project-11/6002", ["History", "E-mails", "Calls", "Have you had time to look at our offer?", "Site survey"]),
        ("project-12/6024", ["+36205550121", "Could you send us a photo?"]),
        ("email/9201", ["Your offer from Tölgyfa Műhely", "2026-11-09 18:12:00"]),
        ("status-change/9401", ["New inquiry", "2026-11-06 16:40:00"]),
        ("status-change/1000006003", ["2026-10-28 15:26:00"]),
        ("product", ["Brass handle, matt", "TF-201"]),
        ("sign-up", ["Konyha, Kovács Anna"]),
        ("feed-import/9891", ["https://shop.tolgyfa.example/feed.xml"]),
    ],
)
def test_what_lies_on_a_card_and_what_feeds_made_is_shown(start_fake: StartFake, path: str, shown: list[str]):
    fake = start_fake(dict(read_seed("demo")))

    page = fake.client.get(f"/_page/minicrm/{path}")

    assert page.status_code == 200
    assert [each for each in shown if each not in page.text] == []
