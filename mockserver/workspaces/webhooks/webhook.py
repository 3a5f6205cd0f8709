"""One webhook as it is set up, read from a document whose mistakes are named with their path in it.

    [{"url": "http://user:password@127.0.0.1:9000/changed", "kinds": ["Project"], "category_id": 11,
      "fields": ["StatusId"]}]

Only `url` must be there. MiniCRM's helpdesk sets up a URL with a login in it, a Type, one CategoryId for projects, and
Fields any of which has to change; those words are taken too (documented).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from mockserver.crm.changed_record import ChangedRecord
from mockserver.documents.checked import CheckedReader
from mockserver.documents.near_misses import suggest
from mockserver.registry import CRMS

MASKED_LOGIN = "***:***"
_KEYS = ("url", "kinds", "category_id", "fields")
_HELPDESK_WORDS = {
    "URL": "url",
    "Url": "url",
    "Type": "kinds",
    "type": "kinds",
    "CategoryId": "category_id",
    "Fields": "fields",
}


class WebhookError(Exception):
    """A document sets up no webhook; the message names the path inside it and what to write instead."""


_READER = CheckedReader(WebhookError, whole="the body")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where changes are sent, and which.

    Attributes:
        url: The address, without a login.
        login: `user:password` for Basic authentication; empty: none.
        kinds: The kinds of records.
        module: The module that a project must be of; None is any.
        fields: Fields of which one must have changed; empty is any.
    """

    url: str
    login: str
    kinds: Sequence[str]
    module: int | None = None
    fields: Sequence[str] = ()

    @property
    def shown_url(self) -> str:
        """The address as people may see it: a login in it is masked."""
        if not self.login:
            return self.url
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(netloc=f"{MASKED_LOGIN}@{parts.netloc}"))

    def wants(self, change: ChangedRecord) -> bool:
        """Tell whether a change is to be sent."""
        return (
            change.kind in self.kinds
            and (self.module is None or change.module in (None, self.module))
            and (not self.fields or not set(self.fields).isdisjoint(change.fields))
        )

    def show(self) -> dict[str, object]:
        """Return the document that sets it up, its login masked."""
        shown: dict[str, object] = {"url": self.shown_url, "kinds": list(self.kinds)}
        if self.module is not None:
            shown["category_id"] = self.module
        if self.fields:
            shown["fields"] = list(self.fields)
        return shown


def parse_webhooks(document: object, hosts: Collection[str]) -> list[Webhook]:
    """Read what is set up.

    Args:
        document: A list of webhooks.
        hosts: Hosts that a webhook may go to beside this machine.

    Raises:
        WebhookError: The document has another shape, or names a host that is not allowed.
    """
    items = _READER.take_list(document, "", 'a list such as [{"url": "http://127.0.0.1:9000/changed"}]')
    return [_parse(item, f"[{index}]", hosts) for index, item in enumerate(items)]


def _parse(value: object, path: str, hosts: Collection[str]) -> Webhook:
    given = _rename(_READER.take_object(value, path), path)
    _READER.refuse_unknown(given, path, _KEYS, "a webhook has")
    if given.get("url") in (None, ""):
        raise WebhookError(f"{path}.url: is missing; write where to send, such as http://127.0.0.1:9000/changed.")
    url, login = _parse_url(_READER.take_text(given["url"], f"{path}.url"), f"{path}.url", hosts)
    module = given.get("category_id")
    return Webhook(
        url,
        login,
        _parse_kinds(given.get("kinds"), f"{path}.kinds"),
        None if module in (None, "") else _READER.take_id(module, f"{path}.category_id"),
        tuple(_take_texts(given.get("fields"), f"{path}.fields")),
    )


def _rename(given: Mapping[str, object], path: str) -> dict[str, object]:
    """Return the same with our words for the helpdesk's."""
    renamed: dict[str, object] = {}
    for name, value in given.items():
        key = _HELPDESK_WORDS.get(name, name)
        if key in renamed:
            raise WebhookError(f"{path}.{name}: says the same as another key; send one of them.")
        renamed[key] = value
    return renamed


def _take_texts(value: object, path: str) -> list[str]:
    """Take a list of texts, or one alone; null and an empty text are none."""
    if value in (None, ""):
        return []
    if isinstance(value, str):
        return [value]
    return [_READER.take_text(*each) for each in _READER.take_items(value, path)]


def _parse_kinds(value: object, path: str) -> tuple[str, ...]:
    known = {kind.casefold(): kind for entry in CRMS for kind in entry.webhook_kinds}
    kinds: list[str] = []
    for given in _take_texts(value, path):
        kind = known.get(given.casefold())
        if kind is None:
            all_kinds = list(known.values())
            near = suggest(given, all_kinds)
            raise WebhookError(f"{path}: changes are of {', '.join(all_kinds)}, not {given!r}.{near}")
        kinds.append(kind)
    return tuple(dict.fromkeys(kinds)) or tuple(known.values())


def _parse_url(text: str, path: str, hosts: Collection[str]) -> tuple[str, str]:
    """Return an address without its login, and that login."""
    example = "write it as http://127.0.0.1:9000/changed"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise WebhookError(f"{path}: is no address; {example}.") from None
    if parts.scheme not in ("http", "https") or not host or any(not sign.isprintable() or sign == " " for sign in text):
        raise WebhookError(f"{path}: is no http or https address; {example}.")
    if not is_loopback(host) and host not in hosts:
        raise WebhookError(
            f"{path}: {host} is not this machine; start crm-mock with --webhook-host {host} to let webhooks go there."
        )
    login, at, address = parts.netloc.rpartition("@")
    if login == MASKED_LOGIN:
        raise WebhookError(f"{path}: its login is masked, as GET shows it; write the login itself.")
    user, _, password = login.partition(":")
    bare = urlunsplit(parts._replace(netloc=address, fragment=""))
    return bare, f"{unquote(user)}:{unquote(password)}" if at else ""


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
