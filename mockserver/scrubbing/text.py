"""Scrubs a text by what stands in it, so that no field needs to be known.

E-mail and web addresses, dates, numbers and words each have their stand-in; punctuation, spaces and the tags of rich
text stay, so that lengths, escapes and formats can still be tested.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from mockserver.scrubbing.pseudonyms import Pseudonyms

_TAGS = (
    "a|b|blockquote|body|br|div|em|font|h[1-6]|head|hr|html|i|img|li|ol|p|span|strong|table|tbody|td|th|thead|tr|u|ul"
)
_TOKEN = re.compile(
    r"(?P<email>[\w.+'-]{1,64}+@[\w-]+(?:\.[\w-]+)*)"
    r"|(?P<url>\b(?:https?|ftp)://[^\s<>\"']+|\bwww\.[^\s<>\"']+)"
    rf"|(?P<tag></?(?:{_TAGS})(?=[\s/>])|&(?:nbsp|amp|lt|gt|quot|apos|\#39);)"
    r"|(?P<date>(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]))(?P<time>[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?![0-9]))?"
    r"|(?P<number>[0-9](?:[ ()/.-]{0,3}[0-9])*)"
    r"|(?P<word>[^\W0-9_]+)",
    re.IGNORECASE,
)
# In an address's path another address is just words.
_PLAIN_TOKEN = re.compile(r"(?P<number>[0-9]+)|(?P<word>[^\W0-9_]+)")
# What live servers print for "no date".
_EMPTY_DATES = frozenset({("0000-00-00", ""), ("0000-00-00", " 00:00:00"), ("1970-01-01", " 01:00:00")})
_SAFE_IN_URLS = "/?#&=;,:@!$'()*+~-_."


class TextScrubber:
    """Scrubs texts under one key; `scrub_api_url` scrubs an address of the API and returns None for any other."""

    def __init__(self, pseudonyms: Pseudonyms, scrub_api_url: Callable[[str], str | None]) -> None:
        self._pseudonyms = pseudonyms
        self._scrub_api_url = scrub_api_url

    def scrub(self, text: str) -> str:
        """Return a text of the same shape that says nothing of the original."""
        return _TOKEN.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        token = match[0]
        match match.lastgroup:
            case "email":
                return self._pseudonyms.email(token)
            case "url":
                return self._scrub_url(token)
            case "tag":
                return token
            case "date" | "time":
                return self._scrub_date(match["date"], match["time"] or "")
            case "number":
                return self._pseudonyms.digits(token)
            case _:
                return self._pseudonyms.word(token)

    def _scrub_date(self, date: str, time: str) -> str:
        if (date, time) in _EMPTY_DATES:
            return date + time
        return (self._pseudonyms.date(date) or self._pseudonyms.digits(date)) + time

    def _scrub_url(self, url: str) -> str:
        if (scrubbed := self._scrub_api_url(url)) is not None:
            return scrubbed
        scheme, has_scheme, rest = url.rpartition("://") if "://" in url else ("", "", url)
        host, slash, path = rest.partition("/")
        return f"{scheme}{has_scheme}{self._pseudonyms.host(host)}{slash}{self._scrub_rest_of_url(path)}"

    def _scrub_rest_of_url(self, path: str) -> str:
        # Decoded first: the digits and letters of a %-escape are no text of their own.
        return quote(_PLAIN_TOKEN.sub(self._replace, unquote(path, errors="replace")), safe=_SAFE_IN_URLS)
