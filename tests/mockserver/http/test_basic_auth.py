from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.crm.login import Login
from mockserver.http.basic_auth import parse_basic_login


def encode(login: str) -> bytes:
    return b"Basic " + base64.b64encode(login.encode())


def test_a_login_is_split_at_the_first_colon():
    assert parse_basic_login(encode("demo:pass:word")) == Login("demo", "pass:word")


def test_the_scheme_is_read_in_any_case():
    assert parse_basic_login(b"bAsIc ZGVtbzpw") == Login("demo", "p")


@pytest.mark.parametrize(
    ("header", "defect"),
    [
        (None, "no Authorization header"),
        (b"", "does not start with Basic"),
        (b"Bearer abc", "does not start with Basic"),
        (b"Basic", "no colon"),
        (b"Basic !!!!", "not readable Base64"),
        (b"Basic ZGVtbzp", "not readable Base64"),
        (b"Basic \xff\xfe", "not readable Base64"),
        (b"Basic " + base64.b64encode(b"\xff\xfe:x"), "not readable Base64"),
        (encode("demo"), "no colon"),
    ],
)
def test_what_cannot_be_read_is_a_wrong_login_with_a_reason(header: bytes | None, defect: str):
    login = parse_basic_login(header)

    assert (login.username, login.password) == ("", "")
    assert defect in login.defect


@given(st.binary())
def test_no_header_makes_reading_fail(header: bytes):
    parse_basic_login(header)
    parse_basic_login(b"Basic " + header)
    parse_basic_login(b"Basic " + base64.b64encode(header))


@given(st.text().filter(lambda name: ":" not in name), st.text())
def test_every_login_is_read_back(username: str, password: str):
    assert parse_basic_login(encode(f"{username}:{password}")) == Login(username, password)
