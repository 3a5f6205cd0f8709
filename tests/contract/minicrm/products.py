"""Products, which the API writes and does not read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_status
from tests.contract.harness.rules import MANUAL, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_rule = partial(rule, source="Product", document=MANUAL, provenance="observed", writes=True)
_WHY = "what becomes of a product that is made can not be read"


def _save(minicrm: MinicrmAccount, path: str = "Product", **fields: object) -> str:
    minicrm.need_home(_WHY)
    body = {"Name": f"{minicrm.sandbox.prefix}fan", "VAT": "27%", "PriceNet": 100, "CurrencyCode": "HUF", **fields}
    response = minicrm.put(path, body)
    expect_status(response, 200)
    answered = read_object(response)
    expect(type(answered.get("Id")) is int, "an Id that is a number", response.describe(), response)
    return str(answered["Id"])


@_rule("minicrm.product-create.answer")
def check_create(minicrm: MinicrmAccount) -> None:
    """PUT Product makes a product and answers its Id, a number, with a slash at the path's end or not (grade B)."""
    made = [_save(minicrm, path, SKU=f"{path}-{i}") for i, path in enumerate(("Product", "Product/", "Product"))]
    expect_equal(len(set(made)), 3, "the number of different products")


@_rule("minicrm.product-create.known-sku")
def check_known_sku(minicrm: MinicrmAccount) -> None:
    """A SKU that is there updates that product instead; without a SKU each is a new one (grade B)."""
    first, other = _save(minicrm, SKU="CONTRACT-1"), _save(minicrm, SKU="CONTRACT-2")
    expect_equal(_save(minicrm, SKU="CONTRACT-1", PriceNet=200), first, "Id for the SKU of the first")
    expect_equal(_save(minicrm, SKU="CONTRACT-2"), other, "Id for the SKU of the second")
    expect(_save(minicrm) != _save(minicrm), "two products without a SKU", "one")


@_rule("minicrm.product-update.answer")
def check_update(minicrm: MinicrmAccount) -> None:
    """PUT Product/{id} changes that product, and answers its Id (grade B)."""
    made = _save(minicrm, SKU="CONTRACT-1")
    expect_equal(_save(minicrm, f"Product/{made}", PriceNet=300), made, "Id of the answer")


@_rule("minicrm.product-update.sku", provenance="assumed")
def check_update_sku(minicrm: MinicrmAccount) -> None:
    """A product that was given another SKU is found by that one."""
    made = _save(minicrm, SKU="CONTRACT-1")
    _save(minicrm, f"Product/{made}", SKU="CONTRACT-9")
    expect_equal(_save(minicrm, SKU="CONTRACT-9"), made, "Id for the new SKU")
    expect(_save(minicrm, SKU="CONTRACT-1") != made, "a new product for the old SKU", made)


@_rule("minicrm.product-delete.for-good")
def check_delete(minicrm: MinicrmAccount) -> None:
    """Deleted 1 deletes a product: its SKU makes a new one then (grade B)."""
    made = _save(minicrm, SKU="CONTRACT-1")
    _save(minicrm, f"Product/{made}", Deleted=1)
    expect(_save(minicrm, SKU="CONTRACT-1") != made, "a new product for the SKU of a deleted one", made)


@_rule("minicrm.product.refused", provenance="assumed")
def check_refused(minicrm: MinicrmAccount) -> None:
    """A product needs a Name and a PriceNet that is a number, and one that does not exist is not found: 400 and 404."""
    minicrm.need_home(_WHY)
    expect_status(minicrm.put("Product", {"PriceNet": 100}), 400)
    expect_status(minicrm.put("Product", {"Name": "x", "PriceNet": "much"}), 400)
    expect_status(minicrm.put("Product/999999989", {"Name": "x"}), 404)


@_rule("minicrm.product.not-read", writes=False)
def check_not_read(minicrm: MinicrmAccount) -> None:
    """Products can not be listed or read by the API (grade B, by absence)."""
    for path in ("Product", "Product/99"):
        response = minicrm.send("GET", f"{ROOT}/{path}")
        expect(response.status >= 400, f"a refusal of GET {path}", response.describe(), response)
