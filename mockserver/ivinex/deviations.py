"""What an Ivinex portal may do other than this fake does by itself, as switches.

What is known of live portals (the shape of GET's answer, values as text) fills gaps of the document and contradicts
none of it, so no profile turns any of these on: each is an alternative that a client ought to live with.
"""

from __future__ import annotations

from mockserver.crm.profiles import NEITHER, Deviation

LARGE_LIMIT_IS_REFUSED = Deviation(
    "large-limit-is-refused",
    "ivinex",
    "assumed",
    "The maximum allowed Limit is 100; a larger one is cut to it (assumed).",
    "A Limit above 100 is refused with 400.",
    NEITHER,
)
SEARCH_ANSWERS_A_LIST = Deviation(
    "search-answers-a-list",
    "ivinex",
    "assumed",
    'The document prints no answer to GET; live portals answer {"Records": [...]} (observed, grade C).',
    "GET answers the bare list of records, as POST does.",
    NEITHER,
)
REFUSALS_ARE_200 = Deviation(
    "refusals-are-200",
    "ivinex",
    "assumed",
    "The document prints no error; a refused request is answered with 400, 401 or 405 (assumed).",
    'It is answered with 200 and {"Error": "..."}.',
    NEITHER,
)

DEVIATIONS = (LARGE_LIMIT_IS_REFUSED, SEARCH_ANSWERS_A_LIST, REFUSALS_ARE_200)
