"""Every point where live MiniCRM servers were seen to differ from the API document, as switches of the profile."""

from __future__ import annotations

from mockserver.profiles import Deviation

SEARCH_IDS_ARE_INTS = Deviation(
    "search-ids-are-ints",
    "minicrm",
    "observed (grade A)",
    "Results of a search print every id and Deleted as text, and a project's row has no ContactId or BusinessId.",
    "They are integers; a project's row has ContactId and BusinessId too, and a key without a value is absent.",
)
DETAIL_SHOWS_EVERY_FIELD = Deviation(
    "detail-shows-every-field",
    "minicrm",
    "observed (grade A)",
    "The detail of an entity prints the fields that it holds.",
    'It prints every field of the schema and who wrote it when; an empty one is "", 0 or [].',
)
DELETED_IS_INT = Deviation(
    "deleted-is-int",
    "minicrm",
    "observed (grade A)",
    'The detail of a project prints Deleted as "0" or "1".',
    "It prints 0 or 1.",
)
TYPE_IS_A_LABEL = Deviation(
    "contact-type-is-a-label",
    "minicrm",
    "observed (grade A)",
    "The detail of a contact prints Type as Person or Business, and an enum is set by id or text.",
    "It prints Type in the account's language, while writing takes the English word alone, not even the schema's id.",
)
UNKNOWN_USER_IS_TAKEN = Deviation(
    "unknown-user-is-taken",
    "minicrm",
    "observed (grade B)",
    "UserId is the id or the name of a user.",
    "An unknown one is accepted with 200, and the project goes to some other user.",
)
SEARCH_NEEDS_A_CRITERION = Deviation(
    "search-needs-a-criterion",
    "minicrm",
    "observed (grade C)",
    "The document does not forbid a project search without a criterion, which lists everything (assumed).",
    "It is refused with 400.",
)
REQUESTS_ARE_LIMITED = Deviation(
    "requests-are-limited",
    "minicrm",
    "observed (grade B)",
    "The document names no limit.",
    "More than 60 requests a minute are refused with 429.",
)
SLASHES_ARE_ESCAPED = Deviation(
    "slashes-are-escaped",
    "minicrm",
    "observed (grade A)",
    "The document prints plain slashes.",
    r"JSON has slashes as \/.",
)

DEVIATIONS = (
    SEARCH_IDS_ARE_INTS,
    DETAIL_SHOWS_EVERY_FIELD,
    DELETED_IS_INT,
    TYPE_IS_A_LABEL,
    UNKNOWN_USER_IS_TAKEN,
    SEARCH_NEEDS_A_CRITERION,
    REQUESTS_ARE_LIMITED,
    SLASHES_ARE_ESCAPED,
)
