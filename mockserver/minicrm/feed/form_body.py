"""Reads the body of a web form, multipart or encoded as in an address: names and values, in the order sent."""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

_BOUNDARY = re.compile(rb"\A(?:\r?\n)*--([^\r\n]{1,70})\r?\n")
_ENTITY = re.compile(r"(Contact|Business|Project|ToDo)\[([^\[\]]{0,40})\]\[([A-Za-z0-9_]{1,80})\]")


def read_form(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form; of a file that is sent with it, its name. The body itself tells the boundary."""
    boundary = _BOUNDARY.match(body)
    if boundary is None:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    head = b'Content-Type: multipart/form-data; boundary="' + boundary[1] + b'"\r\n\r\n'
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    fields: list[tuple[str, str]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            fields.append((name, part.get_filename() or payload.decode("utf-8", "replace")))
    return fields


def group_entities(fields: list[tuple[str, str]]) -> dict[tuple[str, str], dict[str, str]]:
    """Return what `Contact[1][Email]` and its like hold: fields by the entity and the number in brackets."""
    entities: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in fields:
        match = _ENTITY.fullmatch(name)
        if match and value != "":
            entities.setdefault((match[1], match[2]), {})[match[3]] = value
    return entities
