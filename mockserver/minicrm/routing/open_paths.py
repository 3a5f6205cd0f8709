"""The paths that something else than a login opens, and which account that is: a token or hash in the request tells it.

All of them but the download name the account in what they are opened by, in front of a hyphen (observed, grade B).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mockserver.crm.login import OpenPaths

_DOWNLOAD = re.compile(r"/([^/]+)/Download/S3/?")
_BY_HASH = re.compile(r"/Api/(?:Signup|SharedFilter)/?")
_FORM = re.compile(rb'(?:name="FormHash"[^\n]*\r?\n\r?\n|(?:^|&)FormHash=)([0-9A-Za-z]+)-')
_API_KEY = re.compile(rb'("ApiKey"\s*:\s*")(?:[^"\\]|\\.)*')
_URL_LOGIN = re.compile(r"//[^/@?#]+@")
_HIDDEN = "(hidden)"
_SECRET_PARAMETERS = frozenset({"Hash", "e"})


def _is_open(path: str) -> bool:
    return bool(_DOWNLOAD.fullmatch(path) or _BY_HASH.fullmatch(path))


def _name_account(path: str, query: Sequence[tuple[str, str]], body: bytes) -> str:
    if match := _DOWNLOAD.fullmatch(path):
        return match[1]
    if found := next((value for name, value in query if name in {"Hash", "FormHash"}), ""):
        return found.partition("-")[0]
    form = _FORM.search(body)
    return form[1].decode() if form else ""


def _hide_secrets(path: str, query: Sequence[tuple[str, str]], body: bytes) -> tuple[list[tuple[str, str]], bytes]:
    if path.startswith("/Api/R3/"):
        return list(query), body
    shown = [
        (name, _HIDDEN if name in _SECRET_PARAMETERS else _URL_LOGIN.sub(f"//{_HIDDEN}@", value))
        for name, value in query
    ]
    return shown, _API_KEY.sub(rb"\1" + _HIDDEN.encode(), body)


OPEN_PATHS = OpenPaths(_is_open, _name_account, _hide_secrets)
