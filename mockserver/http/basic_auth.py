"""Reading the `Authorization: Basic` header. What cannot be read is a wrong login, never an error."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class BasicLogin:
    """What a request logged in with.

    Attributes:
        username: The user name (MiniCRM: the system id), empty where the header cannot be read.
        password: The password (MiniCRM: the API key).
        defect: Why the header cannot be read, for the journal; empty where it can. Never quotes the header.
    """

    username: str = ""
    password: str = ""
    defect: str = ""


@lru_cache(maxsize=256)  # the same few logins come again and again
def parse_basic_login(header: bytes | None) -> BasicLogin:
    """Read the value of an `Authorization` header, which is `Basic base64(username:password)`."""
    if header is None:
        return BasicLogin(defect="The request has no Authorization header.")
    scheme, _, encoded = header.strip().partition(b" ")
    if scheme.lower() != b"basic":
        return BasicLogin(defect="The Authorization header does not start with Basic.")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return BasicLogin(defect="The Authorization header is not readable Base64 of UTF-8 text.")
    username, colon, password = decoded.partition(":")
    if not colon:
        return BasicLogin(defect="The login in the Authorization header has no colon after the user name.")
    return BasicLogin(username, password)
