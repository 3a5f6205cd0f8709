"""The files: one a request, whole or not at all, and with what a fixture can hold."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mockserver.live.record.fixture_file import NotRecordedError, Recorder
from mockserver.live.record.key_file import KeyFileError, read_key
from mockserver.minicrm.live.record import MinicrmScrubber
from mockserver.scrubbing.pseudonyms import Pseudonyms
from tests.mockserver.live.record.account import answered
from tests.mockserver.live.record.test_scrubbing import assert_valid

MODULES = answered("/Api/R3/Category", {"3": "Értékesítés"})


def new_recorder(folder: Path, key: bytes = b"a key for tests") -> Recorder:
    pseudonyms = Pseudonyms(key)
    return Recorder("minicrm", MinicrmScrubber(pseudonyms), pseudonyms, folder, today=dt.date(2026, 1, 2))


def test_the_same_request_is_one_file_in_this_run_and_the_next(tmp_path: Path) -> None:
    names = [new_recorder(tmp_path).write(MODULES), new_recorder(tmp_path).write(replace(MODULES, response_body=b"{}"))]
    (file,) = tmp_path.rglob("*.json")

    assert names[0] == names[1] == f"minicrm/{file.stem}"
    fixture = json.loads(file.read_text(encoding="utf-8"))
    assert_valid(fixture)
    assert fixture["response"]["body"] == {}
    assert "2026-01-02" in fixture["source"]["notes"]
    assert list(tmp_path.rglob(".*")) == []


def test_parameters_in_another_order_are_the_same_request_and_other_ones_are_not(tmp_path: Path) -> None:
    recorder = new_recorder(tmp_path)
    search = answered("/Api/R3/Contact", {"Count": 0, "Results": []}, ("Type", "Person"), ("Page", "1"))

    same, other = replace(search, query=search.query[::-1]), replace(search, query=search.query[:1])
    assert recorder.write(search) == recorder.write(same) != recorder.write(other)
    assert recorder.write(search) != recorder.write(replace(search, status=400))
    assert new_recorder(tmp_path, b"another key").write(search) != recorder.write(search)


@pytest.mark.parametrize(
    ("path", "query", "example"),
    [
        ("/Api/R3/Category", (), "02-modules-"),
        ("/Api/R3/Schema/Project/3", (), "05-schema-project-"),
        ("/Api/R3/Project", (("Query", "x"),), "08-project-search-full-text-"),
        ("/Api/R3/Project", (("StatusId", "1"),), "09-project-search-by-field-"),
        ("/Api/R3/Project/1", (), "12-project-by-id-"),
        ("/Api/R3/EmailList/1", (), "99-email-list-"),
        ("/Api/R3/Kovacs/1", (), "99-undocumented-"),
    ],
)
def test_a_file_is_named_after_the_documented_example_it_is_nearest_to(
    path: str, query: tuple[tuple[str, str], ...], example: str
) -> None:
    fixture = new_recorder(Path()).build(answered(path, {}, *query))
    assert_valid(fixture)
    assert str(fixture["id"]).startswith(f"minicrm/{example}")


def test_a_refusal_keeps_its_status_and_type_and_none_of_its_words() -> None:
    refused = replace(
        MODULES, status=400, content_type="text/plain; charset=utf-8", response_body="Kovács: nincs".encode()
    )
    fixture = new_recorder(Path()).build(refused)

    assert_valid(fixture)
    assert "ovács" not in json.dumps(fixture, ensure_ascii=False)
    assert str(fixture["id"]).endswith("-status-400")
    response = fixture["response"]
    assert isinstance(response, dict)
    assert (response["status"], response["content_type"], response["body_kind"]) == (400, "text/plain", "text")


@pytest.mark.parametrize("content_type", ["", "Kovács", "application/json"])
def test_an_answer_that_is_no_json_leaves_no_word_behind(content_type: str) -> None:
    fixture = new_recorder(Path()).build(replace(MODULES, content_type=content_type, response_body=b'{"Name": "Wexler'))
    assert_valid(fixture)
    assert "Wexler" not in json.dumps(fixture)


def test_a_body_that_is_no_json_is_scrubbed_as_text() -> None:
    fixture = new_recorder(Path()).build(
        replace(MODULES, method="PUT", path="/Api/R3/Contact", body=b'{"Name": "Wexler",}')
    )
    assert_valid(fixture)
    assert "Wexler" not in json.dumps(fixture)
    assert "raw_body" in json.dumps(fixture)


def test_how_the_json_was_written_is_told() -> None:
    fixture = new_recorder(Path()).build(replace(MODULES, response_body=b'{"3":"a\\/b \\u00e9"}'))
    assert r"slashes: escaped as \/" in json.dumps(fixture["response"]).replace("\\\\", "\\")


def test_what_a_fixture_cannot_hold_is_not_recorded() -> None:
    recorder = new_recorder(Path())
    with pytest.raises(NotRecordedError, match="twice"):
        recorder.build(replace(MODULES, query=(("a", "1"), ("a", "2"))))
    with pytest.raises(NotRecordedError, match="login"):
        recorder.build(replace(MODULES, status=401))
    assert recorder.build(replace(MODULES, status=401, has_login=False))


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "recordings.key"
    key, is_new = read_key(path)

    assert is_new
    assert read_key(path) == (key, False)
    assert path.stat().st_mode & 0o077 == 0
    assert len(key) >= 32


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("x\n")
    for path, why in ((short, "less than 16"), (tmp_path, "cannot read"), (short / "below", "cannot")):
        with pytest.raises(KeyFileError, match=why):
            read_key(path)
