"""Text as people paste it into an argument, made what a CRM holds: composed, with plain spaces, an address alone. Pure.

For searches only: what is written is sent as it was given.
"""

from __future__ import annotations

import re
import unicodedata

_ADDRESS = re.compile(r"""[^\s<>()\[\],;:"@\\/]+@[^\s<>()\[\],;:"@\\/?]+""")
_MAILTO_QUERY = re.compile(r"(mailto:[^\s?>)]*)\?[^\s>)]*", re.IGNORECASE)
_ROUND_AN_ADDRESS = "'`.!|*\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
"""What may stand at the ends of an address without being part of it: quotation marks, stops, marks of Markdown."""


def mend_text(text: str) -> str:
    """Return text in composed form (NFC), without invisible characters, with single plain spaces and none at its ends.

    Invisible are zero-width characters, marks of direction and soft hyphens; a no-break space is a space.
    """
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", " ".join(visible.split()))


def read_email_address(text: str) -> str:
    """Return the one email address of a text such as `Jane Roe <jane@example.com>` or `mailto:jane@example.com`.

    Where it holds none, or several, the text itself is returned, mended.
    """
    found = read_email_addresses(text)
    return found[0] if len(found) == 1 else unicodedata.normalize("NFKC", mend_text(text))


def read_email_addresses(text: str) -> list[str]:
    """Return the email addresses of a text, each once, in its order."""
    mended = unicodedata.normalize("NFKC", mend_text(text))
    plain = _MAILTO_QUERY.sub(r"\1", mended.replace("%40", "@"))
    found = [one.strip(_ROUND_AN_ADDRESS) for one in _ADDRESS.findall(plain)]
    return list({one.casefold(): one for one in reversed(found)}.values())[::-1]
