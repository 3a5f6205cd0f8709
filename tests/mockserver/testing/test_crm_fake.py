"""What a test does with its workspace, through the fixture and over the socket."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.crm.api import SeedError
from mockserver.fake_process import running_fake
from mockserver.pytest_plugin import CrmFakeServers
from mockserver.testing.control_client import ControlError
from mockserver.testing.crm_fake import CrmFake


def count_contacts(fake: CrmFake) -> int:
    return httpx.get(f"{fake.url}/Api/R3/Contact?Type=Person", auth=fake.minicrm).json()["Count"]


def create_contact(fake: CrmFake) -> httpx.Response:
    person = {"Type": "Person", "FirstName": "Ada", "Email": "ada@example.com"}
    return httpx.put(f"{fake.url}/Api/R3/Contact", json=person, auth=fake.minicrm)


def test_the_environment_is_what_a_client_needs(crm_fake: CrmFake):
    assert crm_fake.env == {
        "IVINEX_URL": crm_fake.url,
        "IVINEX_USERNAME": crm_fake.ivinex.username,
        "IVINEX_PASSWORD": crm_fake.ivinex.password,
        "IVINEX_MODULES": "contact=1001,note=1002,company=1003,deal=1004",
        "MINICRM_URL": crm_fake.url,
        "MINICRM_SYSTEM_ID": crm_fake.minicrm.system_id,
        "MINICRM_API_KEY": crm_fake.minicrm.api_key,
        "MINICRM_REQUESTS_PER_MINUTE": "0",
    }
    assert crm_fake.minicrm.system_id.isdigit()


def test_the_logins_open_this_workspace_alone(crm_fake: CrmFake, crm_fake_servers: CrmFakeServers):
    with crm_fake_servers.get_server().new_workspace("demo", name="Another one!") as other:
        assert other.name.startswith("another-one-")
        before = count_contacts(other)
        assert create_contact(crm_fake).status_code == 200
        assert count_contacts(other) == before
        assert {request["workspace"] for request in other.requests()} == {other.name}
    assert httpx.get(f"{other.url}/Api/R3/Category", auth=other.minicrm).status_code == 401


def test_requests_can_be_chosen_from(crm_fake: CrmFake):
    count_contacts(crm_fake)
    create_contact(crm_fake)

    assert [request["method"] for request in crm_fake.requests()] == ["GET", "PUT"]
    assert [request["status"] for request in crm_fake.requests(method="PUT")] == [200]
    assert crm_fake.requests(status=400) == []
    assert [request["method"] for request in crm_fake.requests(limit=1)] == ["PUT"]
    with pytest.raises(ControlError, match="statuss"):
        crm_fake.requests(statuss=400)

    crm_fake.forget_requests()
    assert crm_fake.requests() == []


def test_the_journal_is_told_to_people(crm_fake: CrmFake):
    httpx.get(f"{crm_fake.url}/Api/R3/Projct", auth=crm_fake.minicrm)

    assert crm_fake.describe_requests().startswith("#1 GET /Api/R3/Projct -> ")


def test_a_seed_may_be_a_name_a_document_or_a_file_and_reset_goes_back_to_the_first(crm_fake: CrmFake, tmp_path: Path):
    document: dict[str, Any] = {"ivinex": {"modules": {"7": {"name": "boat", "fields": {}, "records": []}}}}
    crm_fake.seed(document)
    assert crm_fake.env["IVINEX_MODULES"] == "boat=7"
    assert count_contacts(crm_fake) == 0

    (tmp_path / "seed.json").write_text(json.dumps({**document, "minicrm": {}}))
    crm_fake.seed(tmp_path / "seed.json")
    assert crm_fake.env["IVINEX_MODULES"] == "boat=7"

    crm_fake.seed("documented")
    documented = count_contacts(crm_fake)
    assert documented

    crm_fake.reset()
    assert count_contacts(crm_fake) not in {0, documented}
    assert "deal=1004" in crm_fake.env["IVINEX_MODULES"]


def test_a_wrong_seed_is_explained_and_changes_nothing(crm_fake: CrmFake):
    with pytest.raises(ControlError, match=r"PUT /_control/seed was refused with 400: .*minicrn"):
        crm_fake.seed({"minicrn": {}})
    with pytest.raises(SeedError, match="no-such-file"):
        crm_fake.seed("no-such-file")
    assert count_contacts(crm_fake)


def test_a_fault_hits_this_workspace_as_often_as_it_says(crm_fake: CrmFake, crm_fake_servers: CrmFakeServers):
    crm_fake.faults({"times": 1, "fault": {"kind": "status", "status": 503}})

    with crm_fake_servers.get_server().new_workspace() as other:
        assert httpx.get(f"{other.url}/Api/R3/Category", auth=other.minicrm).status_code == 200
    statuses = [httpx.get(f"{crm_fake.url}/Api/R3/Category", auth=crm_fake.minicrm).status_code for _ in range(2)]

    assert statuses == [503, 200]
    assert crm_fake.requests()[0]["fault"]


def test_faults_end_where_none_are_given_and_a_whole_plan_is_taken_too(crm_fake: CrmFake):
    crm_fake.faults({"seed": 3, "rules": [{"fault": {"kind": "status", "status": 500}}]})
    assert create_contact(crm_fake).status_code == 500

    crm_fake.faults()
    assert create_contact(crm_fake).status_code == 200

    with pytest.raises(ControlError, match="kind"):
        crm_fake.faults({"fault": {"kind": "rset"}}, seed=1)


def test_the_clock_is_set_and_freed(crm_fake: CrmFake):
    crm_fake.clock(dt.datetime(2031, 2, 3, 4, 5, 6))  # noqa: DTZ001 - account time has no offset
    since = "/Api/R3/Contact?UpdatedSince=2031-02-03+04:05:06"
    create_contact(crm_fake)
    assert httpx.get(crm_fake.url + since, auth=crm_fake.minicrm).json()["Count"] == 1

    crm_fake.clock("2032-01-01T00:00:00", frozen=False)
    crm_fake.clock()
    create_contact(crm_fake)
    assert httpx.get(crm_fake.url + since, auth=crm_fake.minicrm).json()["Count"] == 1
    with pytest.raises(ControlError, match="now"):
        crm_fake.clock("tomorrow")


def test_a_snapshot_can_be_gone_back_to(crm_fake: CrmFake):
    before = count_contacts(crm_fake)
    state = crm_fake.snapshot()
    create_contact(crm_fake)
    assert count_contacts(crm_fake) == before + 1

    crm_fake.restore(state)

    assert count_contacts(crm_fake) == before
    with pytest.raises(ControlError, match="snapshot"):
        crm_fake.restore(b"x")


def test_a_fake_that_cannot_start_says_why():
    with (
        pytest.raises(ControlError, match=r"(?s)did not start: .*no-such-profile"),
        running_fake("--profile", "no-such-profile"),
    ):
        pass


def test_a_fake_ends_with_the_tests_even_when_they_are_killed():
    code = """
from mockserver.fake_process import running_fake
with running_fake("--seed", "empty") as server:
    print(server.url, flush=True)
    input()
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        host, port = tests.stdout.readline().strip().removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as caller:
            tests.kill()
            with contextlib.suppress(ConnectionResetError):  # its end may be heard as a reset too
                assert caller.recv(1) == b"", "the fake lives on"
