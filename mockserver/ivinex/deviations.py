"""What an Ivinex portal may do other than this fake does by itself, as switches.

What is known of live portals (the shape of GET's answer, values as text) fills gaps of the document and contradicts
none of it. The profile `observed` turns on what one client's code showed of three kinds of record; the others are
alternatives that a client ought to live with.
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

REFUSALS_ARE_WORDS = Deviation(
    "refusals-are-words",
    "ivinex",
    "assumed",
    'The document prints no error; a refused request is answered with {"Error": "..."} (assumed).',
    "It is answered with the words alone, as text/html: what PHP sends unless it is told otherwise.",
    NEITHER,
)
EMPTIES_ARE_TYPED = Deviation(
    "empties-are-typed",
    "ivinex",
    "observed (grade C)",
    "The document prints no record; a field without a value is null (assumed).",
    'Without a value a text is "", an option or a link "0", a checkbox "false"; dates and numbers are null.',
)
RECORDS_TELL_SITE_AND_CHANGES = Deviation(
    "records-tell-site-and-changes",
    "ivinex",
    "observed (grade C)",
    "The document prints no record; it has its id, who made and changed it and when (observed, grade B).",
    "It has site_id and fields_changed too; what stands in them is assumed.",
)

DEVIATIONS = (
    LARGE_LIMIT_IS_REFUSED,
    SEARCH_ANSWERS_A_LIST,
    REFUSALS_ARE_200,
    REFUSALS_ARE_WORDS,
    EMPTIES_ARE_TYPED,
    RECORDS_TELL_SITE_AND_CHANGES,
)
