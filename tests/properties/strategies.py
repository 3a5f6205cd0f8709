"""What properties are tried with: texts that break encodings, texts that cannot be sent, and shares of the examples."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

ODD_PIECES = st.sampled_from(
    [
        *(
            "&",
            "#",
            ";",
            "=",
            "+",
            "%",
            "%20",
            "%2B",
            "%252B",
            '"',
            "\\",
            "'",
            "[",
            "]",
            "{",
            "}",
            "/",
            "?",
            ",",
            " ",
            "*",
        ),
        *(
            "_",
            "\u0151",
            "\U0001f600",
            "\r\n",
            "&Limit=100",
            "#x",
            ";y=1",
            '"},{"Field":"id"',
            "\ufeff",
            "\u2028",
            "\x7f",
        ),
    ]
)
TEXT = st.lists(
    ODD_PIECES | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5), max_size=8
).map("".join)
"""Any text that can be sent, rich in what URLs, forms and JSON use themselves."""
FILLED_TEXT = TEXT.filter(str.strip)
"""Any text but a blank one."""

UNSENDABLE_TEXT = st.builds(
    "{}{}{}".format, TEXT, st.sampled_from(["\ud800", "\udfff", "\udc80", "\x00", "\ude00\ud83d"]), TEXT
)
"""Text with half a surrogate pair, which UTF-8 cannot carry, or with a NUL."""


def share(percent: float) -> settings:
    """Return settings for a share of the examples that the profile in force has.

    A number of examples given outright would hold in every profile, and long runs would be short ones.
    """
    return settings(max_examples=max(1, int(settings().max_examples * percent / 100)))


def steps(count: int, *, percent: float) -> settings:
    """Return settings for state machines that take so many steps."""
    return settings(share(percent), stateful_step_count=count)
