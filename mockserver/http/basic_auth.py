"""The `Authorization: Basic` header. What cannot be read is a wrong login, never an error."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from mockserver.crm.login import Login, LoginScheme


@lru_cache(maxsize=256)  # the same few logins come again and again
def parse_basic_login(header: bytes | None) -> Login:
    """Read the value of an `Authorization` header, which is `Basic base64(username:password)`."""
    if header is None:
        return Login(defect="The request has no Authorization header.")
    scheme, _, encoded = header.strip().partition(b" ")
    if scheme.lower() != b"basic":
        return Login(defect="The Authorization header does not start with Basic.")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return Login(defect="The Authorization header is not readable Base64 of UTF-8 text.")
    username, colon, password = decoded.partition(":")
    if not colon:
        return Login(defect="The login in the Authorization header has no colon after the user name.")
    return Login(username, password)


def format_basic_login(username: str, password: str) -> str:
    """Return the value of the `Authorization` header for a login."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


BASIC = LoginScheme(parse_basic_login, format_basic_login)
