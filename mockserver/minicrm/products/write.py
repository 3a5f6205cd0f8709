"""`PUT /Product` and `PUT /Product/{id}`: writing products.

Observed (grade B) but for what is refused, and that a field which no source names is kept as a custom one (assumed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.products.product import DEFAULTS, NUMBERS, TEXTS, Product, find_product, list_folders
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import DELETED, Field
from mockserver.minicrm.store import take_next_id
from mockserver.minicrm.values import parse_value

_NUMBER = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,10})?", re.ASCII)
_FIRST_FOLDER = "Products"
_KNOWN = frozenset({*TEXTS, *NUMBERS, "Deleted"})


def create_product(context: RequestContext) -> object:
    """Answer `PUT /Product`: a new product, or the one of this SKU is updated."""
    body = context.read_body()
    sku = str(body.get("SKU") or "")
    known = find_product(context.connection, sku) if sku else None
    if body.get("Name", known) in (None, ""):
        raise RefusalError(rules.PRODUCT_NEEDS_NAME, "Name")
    return {"Id": save_product(context, known or Product(id=0, created_at=context.now), body)}


def update_product(context: RequestContext) -> object:
    """Answer `PUT /Product/{id}`: fields in the body change; CurrencyCode and VAT fall to the country's without one."""
    product = context.read_target(Product)
    if product.deleted:
        raise RefusalError(rules.WRONG_ID, hints=[f"the product {product.id} was deleted"])
    return {"Id": save_product(context, product, context.read_body())}


def save_product(
    context: RequestContext, product: Product, body: Mapping[str, object], *, makes_folders: bool = False
) -> int:
    """Give a product the values of a body, store it and return its id.

    Args:
        context: The request.
        product: A product, new where its id is 0.
        body: The fields to write.
        makes_folders: Whether a folder that does not exist is made; else the product lies in the first one.

    Raises:
        RefusalError: A value does not fit.
    """
    given = {name: _parse(context, name, value) for name, value in body.items()}
    if "SKU" in given:
        product.sku = str(given.pop("SKU") or "") or None
    product.deleted = 1 if given.pop("Deleted", product.deleted) else 0
    if not product.deleted:
        given = {**DEFAULTS, **{name: value for name, value in given.items() if value not in (None, "")}}
    folders = list_folders(context.connection)
    if given.get("FolderName", "") not in folders and not makes_folders:
        kept = product.fields.get("FolderName") if "FolderName" not in given else None
        given["FolderName"] = kept or next(iter(folders), _FIRST_FOLDER)
    product.fields = {**product.fields, **given}
    product.updated_at, product.updated_by = context.now, None
    product.id = product.id or take_next_id(context.connection, Product)
    context.save(product)
    return product.id


def _parse(context: RequestContext, name: str, value: object) -> object:
    if name == "Deleted":
        return parse_value(DELETED, value, context.language)
    if name in NUMBERS and value not in (None, ""):
        return _parse_number(name, value)
    if name not in _KNOWN:
        context.hints.append(f"the field {name} was kept as a custom one (assumed)")
        return value
    return parse_value(Field(name, "Text"), value, context.language)


def _parse_number(name: str, value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value.replace(",", "."))
    raise RefusalError(rules.ILLEGAL_VALUE, name, [f"{name} takes a number"])
