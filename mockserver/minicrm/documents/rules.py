"""Every reason for which a request for an invoice, order or offer is refused; the manual prints no error text."""

from __future__ import annotations

from mockserver.minicrm.rules import WHERE_TO_FIND, Rule

NOT_IN_PLAN = Rule(
    403,
    "not_in_plan",
    "",
    "the account's plan has no documents",
    "assumed",
    "an account that has them, or the switch documents-not-in-plan off",
)
NO_SUCH_DOCUMENT = Rule(404, "not_found", "", "there is no document of this id here", "assumed")
WRONG_MOVE = Rule(405, "method_not_allowed", "", "the document is not in a state that allows this", "observed")
DOCUMENT_NEEDS_CUSTOMER = Rule(
    400,
    "missing_parameter",
    "",
    "a document needs CustomerId or ReferenceId",
    "observed",
    f"send CustomerId, the id of a person or business; {WHERE_TO_FIND['Contact']}",
)
NO_SUCH_CUSTOMER = Rule(400, "bad_parameter", "", "there is no such customer", "assumed", WHERE_TO_FIND["Contact"])
CUSTOMER_STAYS = Rule(400, "fixed", "", "the customer of a document can't be updated", "assumed")
CURRENCY_STAYS = Rule(400, "fixed", "", "the CurrencyCode of a document can't be updated", "observed", "leave it out")
STATUS_BY_ACTION = Rule(
    400,
    "fixed",
    "",
    "the status of an invoice or order is changed by its actions alone",
    "observed",
    "POST /Api/Invoice/{id}/Paid or /Storno; POST /Api/Order/{id}/Finalize, /Edit, /Complete, /Paid or /Storno",
)
DOCUMENT_NEEDS_ITEMS = Rule(
    400,
    "missing_parameter",
    "",
    "an invoice needs at least one item",
    "assumed",
    'send Items, such as [{"Name":"Work","PriceNet":"500.00","Quantity":"2","Unit":"hour","VAT":"27%"}]',
)
BAD_ITEMS = Rule(400, "bad_parameter", "", "Items is a list of objects", "observed")
ITEM_NEEDS = Rule(400, "missing_parameter", "", "an item needs Name, PriceNet and Quantity", "assumed", "")
NO_SUCH_ITEM = Rule(400, "bad_parameter", "", "the document has no item of this id", "assumed")
BAD_VAT = Rule(400, "bad_parameter", "", "there is no such VAT", "assumed")
BAD_DOCUMENT_VALUE = Rule(400, "bad_parameter", "", "the value does not fit", "assumed")
BAD_LIST_PARAMETER = Rule(
    400,
    "bad_parameter",
    "",
    "a list takes Page, UpdatedSince and StatusGroup",
    "assumed",
    "leave the parameter out",
)
