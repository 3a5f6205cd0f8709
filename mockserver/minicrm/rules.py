"""Every reason for which the fake MiniCRM refuses a request, each with its source, and the exception that carries one.

`documented` rests on the API document, `observed` on what live servers do or official manuals say, `assumed` is this
fake's own choice where neither says anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mockserver.crm.profiles import Language

Provenance = Literal["documented", "observed", "assumed"]
Text = Literal[
    "bad_parameter",
    "missing_parameter",
    "not_found",
    "method_not_allowed",
    "internal_error",
    "fixed",
    "task_closed",
    "no_filter",
    "too_many_requests",
    "access_denied",
    "not_in_plan",
]

# The documents print no error text: those not marked are assumed.
_TEXTS: dict[Text, dict[Language, str]] = {
    "bad_parameter": {"en": "Bad parameter", "hu": "Nem megfelelő paraméter"},  # hu: observed
    "missing_parameter": {"en": "Missing parameter", "hu": "Hiányzó paraméter"},
    "not_found": {"en": "Not found!", "hu": "Nem található!"},
    "method_not_allowed": {"en": "Method not allowed!", "hu": "A metódus nem engedélyezett!"},  # hu: observed
    "internal_error": {"en": "Internal error", "hu": "Belső hiba"},
    "fixed": {"en": "Can not be changed", "hu": "Nem módosítható"},
    "task_closed": {"en": "A closed task can not be changed!", "hu": "Lezárt feladat nem módosítható!"},
    "no_filter": {"en": "Missing search parameter!", "hu": "Hiányzó keresési feltétel!"},
    "too_many_requests": {"en": "Too many requests!", "hu": "Túl sok kérés!"},
    "access_denied": {"en": "Unauthorized: Access denied", "hu": "Unauthorized: Access denied"},
    "not_in_plan": {"en": "Your plan does not include this!", "hu": "Az előfizetésed ezt nem tartalmazza!"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to refuse.

    Attributes:
        status: HTTP status of the response.
        text: Key of the error text.
        section: Section of the API document nearest to the rule; empty where it does not know the endpoint.
        says: The rule as a sentence.
        provenance: What the rule rests on.
        advice: What to send instead, where the refusal itself does not know better.
    """

    status: int
    text: Text
    section: str
    says: str
    provenance: Provenance
    advice: str = ""

    @property
    def reason(self) -> str:
        """The rule with its source, as the journal shows it."""
        where = f"minicrm.txt, section {self.section}" if self.section else "not in minicrm.txt"
        return f"{self.says} ({self.provenance}; {where})"

    def print_text(self, language: Language, names: str = "") -> str:
        """Return the error text, followed by the names of the parameters it is about."""
        words = _TEXTS[self.text][language]
        if not names:
            return words
        return f'{words}: "{names}"' if language == "hu" else f"{words}: {names}"  # hu: observed, grade A


class RefusalError(Exception):
    """A request breaks a rule: nothing may be changed, and the caller gets the rule's status.

    Args:
        rule: The rule.
        names: The parameters that break it, as the error text names them.
        hints: What was probably meant, or what to send instead.
        api_name: What to name instead of `names` where refusals name no labels.
        allow: The methods that the endpoint takes, for the `Allow` header.
    """

    def __init__(
        self, rule: Rule, names: str = "", hints: Sequence[str] = (), *, api_name: str = "", allow: str = ""
    ) -> None:
        super().__init__(f"{rule.says}: {names}" if names else rule.says)
        self.rule = rule
        self.names = names
        self.hints = tuple(hints)
        self.api_name = api_name
        self.allow = allow


WHERE_TO_FIND = {
    "Module": "GET /Api/R3/Category lists the modules",
    "Project": "GET /Api/R3/Project?Query=... finds projects",
    "Contact": "GET /Api/R3/Contact?Query=... finds contacts",
    "Task": "GET /Api/R3/ToDoList/{id of a project} lists its tasks",
    "Email": "GET /Api/R3/EmailList/{id of a project} lists its e-mails",
    "Product": "no endpoint lists products",
    "Template": "GET /Api/R3/TemplateList/{id of a module} lists its templates",
    "Address": "GET /Api/R3/AddressList/{id of a contact} lists its addresses",
}

_ERRORS = "Error handling"
_BEYOND = ""
_PUT = "Project (PUT)"
_TYPES = "Database Schema, Field types"

NO_ENDPOINT = Rule(404, "not_found", _ERRORS, "there is no endpoint at this address", "documented")
WRONG_ID = Rule(404, "not_found", _ERRORS, "the requested entity was not found", "documented")
WRONG_METHOD = Rule(405, "method_not_allowed", _ERRORS, "the endpoint does not support the method", "documented")

BAD_BODY = Rule(
    400,
    "bad_parameter",
    "Data format",
    "the body must be a JSON object in UTF-8",
    "documented",
    'send a JSON object, such as {"Name":"New name given through API"}',
)
EMPTY_BODY = Rule(
    400, "bad_parameter", _PUT, "the body must hold at least one field", "observed", "send a field to change"
)
UNKNOWN_FIELD = Rule(400, "bad_parameter", _ERRORS, "the body names a field that the schema does not know", "assumed")
ID_IN_BODY = Rule(400, "bad_parameter", _PUT, "the id stands in the address, and the body says another", "assumed")
UNKNOWN_PARAMETER = Rule(400, "bad_parameter", _ERRORS, "there is no such search parameter", "assumed")

ILLEGAL_VALUE = Rule(400, "bad_parameter", _TYPES, "the value does not fit the field's type", "documented")
TOO_LONG = Rule(400, "bad_parameter", _TYPES, "the text is longer than the field", "documented")
UNKNOWN_CHOICE = Rule(400, "bad_parameter", _TYPES, "the field has no choice of this text", "observed")
UNKNOWN_CHOICE_ID = Rule(400, "bad_parameter", _TYPES, "the field has no choice of this id", "documented")
UNKNOWN_CHOICE_ID_FAILS = Rule(500, "internal_error", _TYPES, "the field has no choice of this id", "observed")
TYPE_BY_WORD = Rule(400, "bad_parameter", "Contact (PUT)", "Type is written as Person or Business", "observed")
NO_SUCH_CONTACT = Rule(
    400, "bad_parameter", _ERRORS, "there is no contact of this id", "assumed", WHERE_TO_FIND["Contact"]
)
NO_SUCH_ADDRESS = Rule(
    400,
    "bad_parameter",
    _ERRORS,
    "there is no address of this id",
    "assumed",
    "GET /Api/R3/AddressList/{contact} lists addresses",
)
NO_SUCH_PROJECT = Rule(
    400, "bad_parameter", _ERRORS, "there is no project of this id", "assumed", WHERE_TO_FIND["Project"]
)

NEW_PROJECT_NEEDS = Rule(400, "missing_parameter", _PUT, "a new project needs CategoryId and ContactId", "documented")
MODULE_NEEDS = Rule(400, "missing_parameter", _PUT, "the field is required", "observed")
CAN_NOT_BE_CLEARED = Rule(
    400, "missing_parameter", _PUT, "the field can not be empty", "assumed", "leave it out to keep what it is"
)
PROJECT_STAYS = Rule(400, "fixed", _PUT, "CategoryId and ContactId of a project can't be updated", "documented")
CONTACT_STAYS_IN_BUSINESS = Rule(
    400,
    "fixed",
    _PUT,
    "ContactId of a project can be updated within its business, or with BusinessId to another",
    "observed",
)
CONTACT_OF_ANOTHER_BUSINESS = Rule(
    400,
    "bad_parameter",
    _PUT,
    "the contact does not belong to the business of this BusinessId",
    "assumed",
    "send a ContactId of that business with it",
)
CONTACT_NEEDS_TYPE = Rule(400, "missing_parameter", "Contact (PUT)", "a new contact needs a Type", "observed")
CONTACT_NEEDS_NAME = Rule(
    400,
    "missing_parameter",
    "Contact (PUT)",
    "a business needs a Name, a person a first or last name",
    "observed",
    "send a Name with a Business, FirstName or LastName with a Person",
)
CONTACT_STAYS = Rule(
    400, "fixed", "Contact (PUT)", "the Type of a contact can't be updated", "assumed", "create another contact"
)
TASK_NEEDS_PROJECT = Rule(
    400,
    "missing_parameter",
    "Task (PUT)",
    "a new task needs a ProjectId",
    "observed",
    f"send ProjectId; {WHERE_TO_FIND['Project']}",
)
TASK_STAYS = Rule(
    400, "fixed", "Task (PUT)", "the ProjectId of a task can't be updated", "observed", "create another task there"
)
TASK_CLOSED = Rule(400, "task_closed", "Task (PUT)", "only an open task can be changed", "observed")
ADDRESS_NEEDS = Rule(
    400,
    "missing_parameter",
    "Address (PUT)",
    "a new address needs ContactId and Name",
    "observed",
    f"send both ContactId and Name; {WHERE_TO_FIND['Contact']}",
)
ADDRESS_STAYS = Rule(
    400,
    "fixed",
    "Address (PUT)",
    "the ContactId of an address can't be updated",
    "observed",
    "create another address there",
)

NO_CRITERION = Rule(400, "no_filter", "Searching", "a project search needs a criterion", "observed")
TRASH_NEEDS_MODULE = Rule(
    400,
    "missing_parameter",
    "Project search (field-based)",
    "the trash is listed module by module",
    "assumed",
    f"name the module by CategoryId; {WHERE_TO_FIND['Module']}",
)
BAD_PAGE = Rule(400, "bad_parameter", "Searching", "Page is a number from 0", "documented")
BAD_SINCE = Rule(
    400, "bad_parameter", "Project search (field-based)", "UpdatedSince is a date or a date and time", "documented"
)
BAD_STATUS_GROUP = Rule(
    400,
    "bad_parameter",
    "Project search (field-based)",
    "StatusGroup is Open, Success or Failed (documented) or Lead",
    "observed",
)
BAD_TASK_STATUS = Rule(400, "bad_parameter", "Task Search", "Status is Open, Closed or All", "documented")
CONNECTION_NEEDS = Rule(
    400, "missing_parameter", _BEYOND, "a connection has two ends", "assumed", "send FromProjectId and ToProjectId"
)
CONNECTION_TO_ITSELF = Rule(400, "bad_parameter", _BEYOND, "a project is not connected to itself", "assumed")
NOBODY_TO_PURGE = Rule(400, "bad_parameter", _BEYOND, "there is no person of this id", "observed")
BUSINESS_TO_PURGE = Rule(400, "bad_parameter", _BEYOND, "a business can not be purged, only persons can", "observed")
CONTACT_OF_A_CARD = Rule(400, "bad_parameter", _BEYOND, "the person is the primary contact of a project", "observed")
PRODUCT_NEEDS_NAME = Rule(400, "missing_parameter", _BEYOND, "a new product needs a Name", "assumed")
BAD_VOIP_KEY = Rule(403, "access_denied", _BEYOND, "calls are taken by the account's voip key", "assumed")
CALL_LOG_NEEDS = Rule(
    400,
    "missing_parameter",
    _BEYOND,
    "calls have a UserExtension and a list Data",
    "observed",
    'send {"ApiKey", "UserExtension", "Data": [{"Number", "Duration", "CallType", "Date"}]}',
)
BAD_CALL = Rule(
    400,
    "bad_parameter",
    _BEYOND,
    "a call has a Number, a Duration in seconds, a CallType of 0, 1 or 2 and a Date in UTC",
    "observed",
    "write the Date as 2026-01-31 10:00:00",
)
FORM_NEEDS_CONTACT = Rule(400, "missing_parameter", _BEYOND, "a form has a Contact or a Business", "assumed")
BAD_FILTER_TYPE = Rule(400, "bad_parameter", _BEYOND, "Type of a shared filter is Project", "assumed")
BAD_SOURCE = Rule(400, "bad_parameter", _BEYOND, "Source is the URL of a file", "observed", "encode the whole URL")
BAD_HISTORY_TYPE = Rule(400, "bad_parameter", _BEYOND, "Type is StatusHistory", "assumed")
BAD_CREATED_AT = Rule(400, "bad_parameter", _BEYOND, "CreatedAt is a date", "assumed")
BAD_PHONE = Rule(
    400,
    "bad_parameter",
    "Contact Search (full-text)",
    "a phone number is searched by numbers only, and at least its last 6 digits",
    "documented",
    "send digits alone, such as Phone=2345678, at least the last 6 digits; a leading plus is encoded as %2B",
)

TOO_MANY_REQUESTS = Rule(
    429, "too_many_requests", "Basics", "60 requests a minute are answered", "observed", "wait for the minute to end"
)
BAD_LOGIN = Rule(401, "access_denied", "Basics", "the system id and API key of the account are needed", "assumed")
BAD_LOGIN_NOT_FOUND = Rule(
    404, "access_denied", "Basics", "the system id and API key of the account are needed", "observed"
)
