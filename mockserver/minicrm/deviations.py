"""Every point where MiniCRM servers differ, or may differ, from the API document, as switches of the profile.

The first group is what the two profiles differ in. The second is on in both, because the document says nothing against
it. The third is what only some servers do, or what contradicts another recording: it is off until it is asked for.
"""

from __future__ import annotations

from mockserver.crm.profiles import EITHER, NEITHER, Deviation
from mockserver.minicrm.documents.deviations import DOCUMENT_DEVIATIONS

SEARCH_IDS_ARE_INTS = Deviation(
    "search-ids-are-ints",
    "minicrm",
    "observed (grade A)",
    "Results of a search print every id and Deleted as text, and a project's row has no ContactId or BusinessId.",
    "They are integers, rows of projects and people also have BusinessId, which alone may be absent, those of projects "
    'ContactId, and a task without a type has the Type "".',
)
DETAIL_SHOWS_EVERY_FIELD = Deviation(
    "detail-shows-every-field",
    "minicrm",
    "observed (grade A)",
    "The detail of an entity prints the fields that it holds.",
    'It prints every field of the schema, who wrote it when, some that no schema lists; empty ones are "", 0 or [].',
)
DELETED_IS_INT = Deviation(
    "deleted-is-int",
    "minicrm",
    "observed (grade A)",
    'The detail of a project prints Deleted as "0" or "1", and its schema Boolean.',
    "The detail prints 0 or 1, the schema Int.",
)
NAMES_ARE_LONG = Deviation(
    "project-names-are-long",
    "minicrm",
    "observed (grade A)",
    "The schema of a project prints Name as Text(128), and a longer one is refused.",
    "It prints Text(512), and that much is taken.",
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
    "More than 60 requests a minute are refused with 429, of SyncFeed more than 180 an hour; invoices have no limit.",
)
SLASHES_ARE_ESCAPED = Deviation(
    "slashes-are-escaped",
    "minicrm",
    "observed (grade A)",
    "The document prints plain slashes.",
    r"JSON has slashes as \/.",
)

UNKNOWN_CHOICE_ID_FAILS = Deviation(
    "unknown-choice-id-is-500",
    "minicrm",
    "observed (grade B)",
    "A request with illegal parameters is answered with 400.",
    "An id that is none of the field's choices is answered with 500.",
)
CONTACT_MAY_CHANGE = Deviation(
    "project-contact-may-change",
    "minicrm",
    "observed (grade B)",
    "CategoryId and ContactId of a project can't be updated.",
    "ContactId can be changed to another contact of the same business, and together with BusinessId to one of another.",
)
ADDRESS_LIST_IS_AN_OBJECT = Deviation(
    "address-list-is-an-object",
    "minicrm",
    "observed (grades A, B, C)",
    "The Results of AddressList are a list that holds one object.",
    "They are that object.",
)

EMPTY_RESULTS_ARE_A_LIST = Deviation(
    "empty-results-are-a-list",
    "minicrm",
    "observed (grades A, C)",
    "Results is an object with ids as keys; the document prints no empty one.",
    "Results is [] when nothing was found.",
    EITHER,
)
REFUSALS_NAME_LABELS = Deviation(
    "refusals-name-labels",
    "minicrm",
    "observed (grade B)",
    "The error is a plain text message; the document prints none.",
    "A choice that does not exist is refused with the label of the field, not with its API name.",
    EITHER,
)
SETS_ARE_SPACED = Deviation(
    "sets-read-back-with-spaces",
    "minicrm",
    "observed (grade A)",
    "The values of a Set are separated by comma; the document shows so for writing alone.",
    "They read back joined by comma and space.",
    EITHER,
)
CLOSED_TASKS_STAY = Deviation(
    "closed-tasks-stay-closed",
    "minicrm",
    "observed (grade B)",
    "The document says nothing of closed tasks; where this is off they can be changed and opened again.",
    "Only an open task can be changed, and there is no reopening.",
    EITHER,
)
STRUCTURED_ADDRESSES = Deviation(
    "address-list-structured",
    "minicrm",
    "observed (grades A, B)",
    "The document has no parameter of AddressList.",
    "With Structured=1 the result is an object of objects with Id, Address and Url.",
    EITHER,
)
TRASH_IS_HIDDEN = Deviation(
    "search-hides-trash",
    "minicrm",
    "assumed",
    "The document does not say whether a search shows trashed projects.",
    "A project search without Deleted shows those that are not trashed.",
    EITHER,
)

COUNT_IS_TEXT = Deviation(
    "count-is-text",
    "minicrm",
    "observed (grade B)",
    "Count is a number.",
    "Count is text.",
    NEITHER,
)
KEYS_ARE_NOT_IDS = Deviation(
    "result-keys-are-not-ids",
    "minicrm",
    "observed (grade B)",
    "Results has the hits by their ids.",
    "The key of a hit differs from its Id; here the keys count from 0 (assumed).",
    NEITHER,
)
EMPTY_DATES_ARE_ZEROS = Deviation(
    "empty-dates-are-zeros",
    "minicrm",
    "observed (grade B)",
    "The document prints no empty date; the detail of an entity has an empty text (observed, grade A).",
    "The detail of an entity has 0000-00-00 00:00:00.",
    NEITHER,
)
TRASH_NEEDS_A_MODULE = Deviation(
    "trash-needs-a-module",
    "minicrm",
    "assumed",
    "Any field can be searched by, and several are joined by AND (observed): Deleted=1 lists the trash of all modules.",
    "Deleted=1 without CategoryId is refused with 400: the trash is listed module by module.",
    NEITHER,
)
HUNGARIAN_TYPES = Deviation(
    "contact-type-by-hungarian-word",
    "minicrm",
    "observed (grade C, 2019)",
    "Type is written as Person or Business; a live server refused the schema's id (grade A).",
    "Személy and Cég are taken too.",
    NEITHER,
)
TASK_FROM_QUERY = Deviation(
    "task-from-the-query",
    "minicrm",
    "observed (grade C)",
    "A task is written by a JSON body; one without a body is refused with 400.",
    "PUT /ToDo/?ProjectId=1&Comment=Go without a body makes a task of the query.",
    NEITHER,
)
UNKNOWN_FIELDS_ARE_IDLE = Deviation(
    "unknown-fields-are-ignored",
    "minicrm",
    "observed (grade C)",
    "A request with illegal parameters is answered with 400; a field that the schema lacks is one (assumed).",
    "It is not looked at, and the other fields are written: one public client sends TodoId with each task.",
    NEITHER,
)
BAD_LOGIN_IS_404 = Deviation(
    "bad-login-is-404",
    "minicrm",
    "observed (grade B)",
    "The document does not say how a wrong login is answered; it is with 401 (assumed).",
    "It is answered with 404 and Unauthorized: Access denied.",
    NEITHER,
)

REFUSALS_ARE_HTML = Deviation(
    "refusals-are-html",
    "minicrm",
    "assumed",
    "The error is a plain text message; it is served as text/plain (assumed).",
    "The same words are served as text/html, which is what PHP says unless it is told otherwise.",
    NEITHER,
)

TRASH_HAS_HISTORY = Deviation(
    "trashed-projects-have-a-history",
    "minicrm",
    "assumed",
    "Only active projects have a history (observed, grade B): ProjectHistory of one in the trash is 404 (assumed).",
    "It is listed like any other.",
    NEITHER,
)
EMAIL_IDS_ARE_INTS = Deviation(
    "email-ids-are-ints",
    "minicrm",
    "observed (grade C)",
    "Nothing tells the types in EmailList; ids are text, as in ProjectHistory (assumed).",
    "Id and TemplateId are numbers, as one client declares them.",
    NEITHER,
)
EMAILS_OF_ONE_DAY = Deviation(
    "created-at-is-one-day",
    "minicrm",
    "assumed",
    "Nothing tells what CreatedAt of EmailList means: it lists the e-mails since that day (assumed).",
    "It lists those of that day.",
    NEITHER,
)
CONNECTIONS_ARE_ONE_WAY = Deviation(
    "connections-are-one-way",
    "minicrm",
    "assumed",
    "Nothing tells from which of its cards a connection is seen: it is from both (assumed).",
    "It is seen, changed and deleted from the card alone that it was made from.",
    NEITHER,
)
PURGE_REFUSALS_ARE_TEXT = Deviation(
    "purge-refusals-are-text",
    "minicrm",
    "assumed",
    "PurgePerson answers a Message as JSON (observed, grade B), where it refuses too, with 400 (assumed).",
    "It refuses in plain text, as other endpoints do.",
    NEITHER,
)
TASKS_TOUCH_PROJECTS = Deviation(
    "tasks-touch-their-project",
    "minicrm",
    "assumed",
    "Nothing tells whether tasks and e-mails move the UpdatedAt of their project: they leave it alone (assumed).",
    "A task that is made or changed, and an e-mail, count as an update of the project.",
    NEITHER,
)
CALL_LOG_TELLS_NOT_FOUND = Deviation(
    "call-log-tells-not-found",
    "minicrm",
    "observed (grade B)",
    "The manual's samples of CallLog answer Skipped, Processed and Exists.",
    "It answers Missing, NotFound and Processed, which the manual's text names.",
    NEITHER,
)

DEVIATIONS = (
    SEARCH_IDS_ARE_INTS,
    DETAIL_SHOWS_EVERY_FIELD,
    DELETED_IS_INT,
    NAMES_ARE_LONG,
    TYPE_IS_A_LABEL,
    UNKNOWN_USER_IS_TAKEN,
    SEARCH_NEEDS_A_CRITERION,
    REQUESTS_ARE_LIMITED,
    SLASHES_ARE_ESCAPED,
    UNKNOWN_CHOICE_ID_FAILS,
    CONTACT_MAY_CHANGE,
    ADDRESS_LIST_IS_AN_OBJECT,
    EMPTY_RESULTS_ARE_A_LIST,
    REFUSALS_NAME_LABELS,
    SETS_ARE_SPACED,
    CLOSED_TASKS_STAY,
    STRUCTURED_ADDRESSES,
    TRASH_IS_HIDDEN,
    COUNT_IS_TEXT,
    KEYS_ARE_NOT_IDS,
    EMPTY_DATES_ARE_ZEROS,
    TRASH_NEEDS_A_MODULE,
    HUNGARIAN_TYPES,
    TASK_FROM_QUERY,
    UNKNOWN_FIELDS_ARE_IDLE,
    BAD_LOGIN_IS_404,
    REFUSALS_ARE_HTML,
    TRASH_HAS_HISTORY,
    EMAIL_IDS_ARE_INTS,
    EMAILS_OF_ONE_DAY,
    *DOCUMENT_DEVIATIONS,
    CONNECTIONS_ARE_ONE_WAY,
    PURGE_REFUSALS_ARE_TEXT,
    TASKS_TOUCH_PROJECTS,
    CALL_LOG_TELLS_NOT_FOUND,
)
