"""What tells a client the CRM's time: the Date header, beside the local time that records are stamped with."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.mockserver.conftest import StartFake
from tests.mockserver.minicrm.account import SEED
from tests.support.in_process import MINICRM_LOGIN, InProcessFake


@pytest.fixture
def fake(start_fake: StartFake) -> InProcessFake:
    return start_fake({"clock": "2026-01-02T03:04:05", "minicrm": SEED})


def set_clock(fake: InProcessFake, now: str, *, frozen: bool = True) -> None:
    assert fake.client.put("/_control/clock", json={"now": now, "frozen": frozen}).status_code == 200


def read_date(response: httpx.Response) -> dt.datetime:
    return parsedate_to_datetime(response.headers["Date"])


def rename(fake: InProcessFake, name: str) -> httpx.Response:
    return fake.client.put("/Api/R3/Project/101", json={"Name": name}, auth=MINICRM_LOGIN)


@pytest.mark.parametrize("frozen", [True, False])
def test_the_date_header_follows_the_clock(fake: InProcessFake, frozen: bool):
    set_clock(fake, "2031-05-06T07:08:09", frozen=frozen)

    date = read_date(fake.client.get("/Api/R3/Category", auth=MINICRM_LOGIN))

    late = date - dt.datetime(2031, 5, 6, 5, 8, 9, tzinfo=dt.UTC)
    assert late == dt.timedelta(0) if frozen else late < dt.timedelta(minutes=5)


def test_refusals_and_faults_tell_the_time_too(fake: InProcessFake):
    set_clock(fake, "2031-05-06T07:08:09")
    rules = [{"times": 1, "fault": {"kind": "status", "status": 429}}]
    fake.client.put("/_control/faults", json={"rules": rules})

    answers = [fake.client.get("/Api/R3/Project/999", auth=MINICRM_LOGIN) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [429, 404]
    assert {read_date(answer).isoformat() for answer in answers} == {"2031-05-06T05:08:09+00:00"}


@pytest.mark.parametrize("year", [2026, 2027])
def test_in_the_hour_that_comes_twice_only_the_date_header_tells_first_from_second(fake: InProcessFake, year: int):
    last_sunday = max(day for day in range(25, 32) if dt.date(year, 10, day).isoweekday() == 7)
    stamps: list[str] = []
    dates: list[dt.datetime] = []
    for offset in ("+02:00", "+01:00"):
        set_clock(fake, f"{year}-10-{last_sunday}T02:30:00{offset}")
        dates.append(read_date(rename(fake, f"Kitchen {offset}")))
        found = fake.client.get(
            "/Api/R3/Project", params={"UpdatedAt": f"{year}-10-{last_sunday} 02:30:00"}, auth=MINICRM_LOGIN
        )
        stamps += [each for each in found.json()["Results"] if each == "101"]

    assert stamps == ["101", "101"]
    assert dates[1] - dates[0] == dt.timedelta(hours=1)
    assert {date.astimezone(ZoneInfo("Europe/Budapest")).strftime("%H:%M") for date in dates} == {"02:30"}


def test_a_change_of_the_first_hour_is_found_by_a_search_from_within_the_second(fake: InProcessFake):
    # Local time without a zone runs from 02:00 to 03:00 twice: who asks since 02:10 also finds what was before.
    set_clock(fake, "2026-10-25T02:50:00+02:00")
    rename(fake, "Before the clock went back")
    set_clock(fake, "2026-10-25T02:20:00+01:00")

    found = fake.client.get("/Api/R3/Project", params={"UpdatedSince": "2026-10-25 02:10:00"}, auth=MINICRM_LOGIN)

    assert list(found.json()["Results"]) == ["101"]
