from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from mockserver.crm.api import SeedError
from mockserver.crm.profiles import Profile
from mockserver.seeds.load import SEED_NAMES, name_line, name_line_of_file, parse_seed, read_seed
from mockserver.workspaces.workspace import Workspace
from tests.mockserver.conftest import StartFake


@pytest.mark.parametrize("name", SEED_NAMES)
@pytest.mark.parametrize("profile", [Profile("documented", "en"), Profile("observed", "hu")])
def test_every_built_in_seed_loads_under_every_profile(name: str, profile: Profile):
    workspace = Workspace(read_seed(name), profile)
    try:
        counts = workspace.count_rows()["ivinex"]
        assert workspace.crms["ivinex"].knows_login("demo", "demo-password")
        assert workspace.crms["minicrm"].knows_login("10001", "demo-api-key")
    finally:
        workspace.close()

    assert {"contact", "note"} <= counts.keys()
    assert (sum(counts.values()) == 0) == (name == "empty")


def test_a_built_in_seed_is_the_union_of_its_files():
    assert set(read_seed("demo")) <= {"ivinex", "minicrm"}


def test_a_seed_is_read_from_a_file(tmp_path: Path):
    path = tmp_path / "seed.json"
    path.write_text('{"clock": "2026-01-01T00:00:00"}')

    assert read_seed(str(path)) == {"clock": "2026-01-01T00:00:00"}


@pytest.mark.parametrize(
    ("text", "message"),
    [("{\n,", "not JSON: .* line 2, column 1"), ("[]", "must be a JSON object .* it is a list"), ("", "not JSON")],
)
def test_a_file_that_is_no_seed_is_refused_with_its_name(tmp_path: Path, text: str, message: str):
    path = tmp_path / "seed.json"
    path.write_text(text)

    with pytest.raises(SeedError, match=f"seed.json.*{message}"):
        read_seed(str(path))


def test_a_seed_that_is_neither_known_nor_a_file_is_refused_with_the_known_ones():
    with pytest.raises(SeedError, match=r"'demonstration'.*demo, documented, empty"):
        read_seed("demonstration")


YAML_SEED = """\
# yaml-language-server: $schema=seed.schema.json
clock: 2026-01-02T03:04:05
ivinex:
  modules:
    1001:
      name: contact
      fields:
        first_name: {type: text}
        phone: {type: text}
        birthday: {type: date}
        score: {type: number}
      records:
        - {collection_id: 8, first_name: No, phone: 0612345678, birthday: 2020-04-13, score: 350.00}
        - collection_id: 9
          first_name: ~
          phone: +36 1 555 0100
"""


@pytest.mark.parametrize("name", ["seed.yaml", "seed.YML", "seed", "seed.txt"])
def test_a_yaml_seed_arrives_as_it_was_written(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_text(YAML_SEED)
    workspace = Workspace(read_seed(str(path)))
    try:
        assert workspace.clock.now().isoformat() == "2026-01-02T03:04:05"
        browser = workspace.crms["ivinex"]
        assert browser.counts() == {"contact": 2}
    finally:
        workspace.close()
    seed = parse_seed(YAML_SEED.encode(), "x", is_yaml=True)
    records = cast("Any", seed)["ivinex"]["modules"]["1001"]["records"]
    assert records == [
        {"collection_id": 8, "first_name": "No", "phone": "0612345678", "birthday": "2020-04-13", "score": "350.00"},
        {"collection_id": 9, "first_name": None, "phone": "+36 1 555 0100"},
    ]


@pytest.mark.parametrize("name", ["seed", "seed.txt", "seed.json"])
def test_a_json_seed_is_known_by_its_extension_or_by_how_it_begins(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(b'\xef\xbb\xbf \n{\t"clock":\t"2026-01-01T00:00:00"}')

    assert read_seed(str(path)) == {"clock": "2026-01-01T00:00:00"}


def test_the_schema_key_for_editors_is_no_part_of_the_seed(tmp_path: Path):
    path = tmp_path / "seed.json"
    path.write_text('{"$schema": "seed.schema.json", "clock": null}')

    assert read_seed(str(path)) == {"clock": None}


def load(document: object) -> SeedError:
    with pytest.raises(SeedError) as caught:
        Workspace(document)  # pyright: ignore[reportArgumentType]
    return caught.value


@pytest.mark.parametrize(
    ("name", "text", "place", "path"),
    [
        ("s.json", '{\n "ivinex": {"modules": {\n  "a": {}}}}', "line 3, column 3", "ivinex.modules.a: a module id"),
        ("s.json", '{"minicrm": {\n\t"tasks": [\n\t\t{"Id": 0}]}}', "line 3, column 4", "minicrm.tasks[0].Id: write"),
        ("s.json", '{"clock":\n "noon"}', "line 1, column 2", "clock: must be"),
        ("s.json", '{"minicrm": {"logins": [{},\n {}]}}', "line 1, column 25", "minicrm.logins[0].system_id: write"),
        ("s.json", '{"minicrm": {"users": {"1": "x",\n "a.b: c": "x"}}}', "line 2, column 2", "minicrm.users.a.b: c: "),
        (
            "s.yaml",
            "minicrm:\n  projects:\n  - Id: 1\n    CategoryId: 9\n",
            "line 4, column 5",
            "minicrm.projects[0].C",
        ),
        ("s.yaml", "minicrm:\n  projekts: []\n", "line 2, column 3", "minicrm.projekts: there is no such key"),
        ("s.yaml", "minicrm: {users: {1: &a x, 2: *a, 3: 4}}\n", "line 1, column 35", "minicrm.users.3: write a text"),
        ("s.yaml", "ivinexx: {}\n", "line 1, column 1", "ivinexx: no such key"),
    ],
)
def test_a_mistake_in_a_seed_is_named_with_file_line_column_and_path(
    tmp_path: Path, name: str, text: str, place: str, path: str
):
    file = tmp_path / name
    file.write_text(text)
    error = load(read_seed(str(file)))

    assert str(name_line_of_file(error, str(file))).startswith(f"the seed file {str(file)!r}, {place}: {path}")


def test_an_error_that_names_its_line_already_and_one_of_a_built_in_seed_stay_as_they_are(tmp_path: Path):
    path = tmp_path / "seed.yaml"
    path.write_text("a: [")
    with pytest.raises(SeedError, match=r"seed\.yaml' is not YAML that a seed can be: .* at line ") as caught:
        read_seed(str(path))

    assert name_line_of_file(caught.value, str(path)) is caught.value
    assert name_line(caught.value, b"a: [", "the body", is_yaml=True) is caught.value
    error = SeedError("ivinex: bad")
    assert name_line_of_file(error, "demo") is error


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a:\n- \xff", "not UTF-8 text: .* at byte 5, in line 2"),
        (b"[1]", "must be a YAML object .* it is a list"),
        (b"", "it is null"),
    ],
)
def test_yaml_that_is_no_seed_is_refused(raw: bytes, message: str):
    with pytest.raises(SeedError, match=f"the body .*{message}"):
        parse_seed(raw, "the body", is_yaml=True)


def test_the_control_endpoint_takes_yaml_where_it_is_said_to_be_and_names_lines_too(start_fake: StartFake):
    fake = start_fake()
    sent = {"content": YAML_SEED, "headers": {"Content-Type": "application/yaml"}}
    response: Any = fake.client.put("/_control/seed", **cast("Any", sent))
    assert response.json()["counts"]["ivinex"] == {"contact": 2}
    assert fake.get_record("8")["phone"] == "0612345678"

    for content_type, bad in (
        ("text/yaml", "clock: ~\nivinx: {}"),
        ("application/json", '{"clock": null,\n"ivinx": {}}'),
    ):
        refused = fake.client.put("/_control/seed", content=bad, headers={"Content-Type": content_type})
        assert refused.status_code == 400
        assert refused.json()["error"].startswith("the body, line 2, column 1: ivinx: no such key")
    refused = fake.client.put("/_control/seed", content=b'{"ivinx": {}}')
    assert refused.json()["error"].startswith("the body, line 1, column 2: ivinx: no such key")


def test_a_seed_sent_without_saying_what_it_is_is_read_as_what_it_looks_like(start_fake: StartFake):
    fake = start_fake()
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # what curl says of any file
    for text in (YAML_SEED, '{"ivinex": {}}'):
        assert fake.client.put("/_control/seed", content=text, headers=form).status_code == 200
    refused = fake.client.put("/_control/seed", content=YAML_SEED, headers={"Content-Type": "application/json"})
    assert "not JSON" in refused.json()["error"]


@pytest.mark.parametrize("method_and_path", ["PUT /_control/seed", "POST /_control/workspaces", "PUT /_control/faults"])
def test_a_key_that_comes_twice_is_refused_with_its_line(start_fake: StartFake, method_and_path: str):
    method, path = method_and_path.split()
    body = '{"seed": {},\n "rules": [{"a": 1,\n  "b": 2,\n  "a": 3}]}'
    refused = start_fake().client.request(method, path, content=body)
    assert refused.status_code == 400
    assert "rules[0].a comes again at line 4, column 3" in refused.json()["error"]
