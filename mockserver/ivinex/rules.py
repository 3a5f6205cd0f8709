"""Every reason for which the fake Ivinex refuses a request or a record, and the exception that carries one.

The document shows no error at all: every refusal here, its status and its words are assumed. A rule names the section
of the document that the request leaves.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to refuse.

    Attributes:
        text: What is wrong, with `{}` where the refused value and its like are named.
        section: The document's section, where every refusal by this rule leaves the same one.
        advice: What to send instead, where the refusal itself does not know better.
        status: HTTP status of the response.
    """

    text: str
    section: str = ""
    advice: str = ""
    status: int = 400


class RefusalError(Exception):
    """A request breaks a rule, or one record of it does.

    Args:
        rule: The rule.
        values: What stands in the gaps of its text.
        hint: What was probably meant, or what to send instead: sentences that go on from the text.
        section: The document's section, where the rule does not name it.
    """

    def __init__(self, rule: Rule, *values: object, hint: str = "", section: str = "") -> None:
        self.rule = rule
        self.section = section or rule.section
        self.hint = (hint or rule.advice).strip()
        text = rule.text.format(*values)
        super().__init__(f"{text} {self.hint}" if self.hint else text)


def explain(message: str, section: str) -> str:
    """Return the journal's reason for a refusal."""
    return f"{message} (ivinex.txt: {section}; status and text of the refusal are assumed)"


ACCESS = "Base Info"
CREATE = "Create Record"
UPDATE = "Update Record"
FILTERS = "Get Records / Understanding Filters"
LINKS = "Get Records / 4. Linked Records"
LIMIT = "Get Records / 2. Get More Records Using Limit"
OFFSET = "Get Records / 6. Paginate Results"
ORDER = "Get Records / 7. Sorting Results"
LABELS = "Get Records / 8. LookupOptionText"

_CONDITION = 'A condition is like {"Field":"email","Operand":"Equal","Value":"demo_email@ivinex.com"}.'
_RECORDS = 'Send {"Records": [{"CollectionTypeID": 1001, "first_name": "John"}]}.'

BAD_LOGIN = Rule("The login is missing or wrong.", ACCESS, status=401)
WRONG_METHOD = Rule(
    "Records.php takes GET, POST, not {}.",
    "Create Record, Update Record, Get Records",
    "GET searches records; POST creates and updates them.",
    405,
)
NO_MODULE_NAMED = Rule("CollectionTypeID is missing.", ACCESS)
UNKNOWN_MODULE = Rule("There is no module {}.", ACCESS)
UNKNOWN_FIELD = Rule('Module {} ({}) has no field "{}".')

FILTERS_NOT_JSON = Rule("Filters is {}.", FILTERS)
FILTERS_NOT_A_LIST = Rule("Filters must be a JSON list of conditions, not {}.", FILTERS, _CONDITION)
TOO_MANY_FILTERS = Rule(
    "Filters may hold at most {} conditions, not {}.", FILTERS, "Ask for several values of one field with In."
)
CONDITION_NOT_AN_OBJECT = Rule("{} must be an object, not {}.", FILTERS, _CONDITION)
CONDITION_KEY_NOT_TEXT = Rule("{}.{} must be text, not {}.", FILTERS, _CONDITION)
CONDITION_WITHOUT_VALUE = Rule("{}.Value is missing.", FILTERS, _CONDITION)
UNKNOWN_OPERAND = Rule('"{}" is no operand; operands are case-sensitive words.', FILTERS)
BAD_FILTER_VALUE = Rule("The value for {} {} {}.", FILTERS, _CONDITION)
LINKED_TO_WRONG_FIELD = Rule("LinkedTo is asked of collection_id, not of {}.", LINKS, 'Send "Field":"collection_id".')
BAD_LINK = Rule(
    'The value for LinkedTo must be "ModuleID:RecordID", not {}.',
    LINKS,
    'Send "Value":"1001:8" for the record 8 of module 1001.',
)

LIMIT_TOO_LARGE = Rule("Limit {} is above 100, the maximum allowed.", LIMIT, "Send Limit=100 and page on with Offset.")
NOT_A_WHOLE_NUMBER = Rule(
    '{} must be a whole number from {} on, not "{}".',
    advice="Send Limit=100 and Offset=0 for the first hundred records.",
)
NO_ORDER_FIELD = Rule("OrderBy must name a field.", ORDER, "Send OrderBy=created_date DESC.")
BAD_DIRECTION = Rule('"{}" is no direction to order in.', ORDER)
BAD_LABEL_SWITCH = Rule('LookupOptionText must be true or false, not "{}".', LABELS, "Send LookupOptionText=true.")

BODY_NOT_JSON = Rule("The body is {}.", CREATE, _RECORDS)
BODY_WITHOUT_RECORDS = Rule('The body must be {{"Records": [...]}}, not {}.', CREATE, _RECORDS)
RECORD_NOT_AN_OBJECT = Rule("A record must be an object with CollectionTypeID and fields.", advice=_RECORDS)
UNKNOWN_RECORD = Rule(
    "Module {} ({}) has no record {}.",
    UPDATE,
    "Leave CollectionID out to create a record, or send the collection_id of one that a search finds.",
)
READ_ONLY_ID = Rule(
    "{} is read-only.", advice='Send "CollectionID" to update a record; a new one gets its id by itself.'
)
READ_ONLY_FIELD = Rule("{} is read-only.", advice="Leave it out: it is computed.")
BAD_VALUE = Rule("{} {}.")
