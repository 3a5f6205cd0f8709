"""Products are written by the API; the page reads them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.minicrm.account import SEED, Account, read_refusal

DOOR = {"Name": "Door", "SKU": "D-1", "VAT": "5%", "PriceNet": 100, "CurrencyCode": "EUR", "UnitName": "Unit_Piece"}
SHELF = {"Id": 5, "Name": "Shelf", "SKU": "S-1", "FolderName": "Wood", "VAT": "18%", "CurrencyCode": "EUR"}


def open_account() -> Account:
    return Account(seed={**SEED, "products": [SHELF]})


def held(account: Account, product_id: int) -> dict[str, Any]:
    return next(each for each in account.stored("product") if each["Id"] == product_id)


def test_a_product_is_made_in_the_first_folder_where_its_own_does_not_exist():
    account = open_account()

    made = account.put("Product", {**DOOR, "FolderName": "Glass", "Text77": "own"})

    assert made == 6
    assert held(account, 6) == {**DOOR, "Id": 6, "FolderName": "Wood", "Text77": "own", "Deleted": 0}


def test_a_product_of_a_known_sku_is_updated_instead():
    account = open_account()

    assert account.put("Product/", {"Name": "Shelf, oak", "SKU": "S-1", "VAT": "27%", "CurrencyCode": "HUF"}) == 5
    assert held(account, 5)["Name"] == "Shelf, oak"
    assert account.fake.counts()["products"] == 1


def test_currency_and_vat_fall_to_the_countrys_where_an_update_leaves_them_out():
    account = open_account()

    account.put("Product/5", {"PriceNet": "12,5", "Quantity": 3})

    product = held(account, 5)
    assert (product["VAT"], product["CurrencyCode"], product["PriceNet"]) == ("27%", "HUF", 12.5)
    assert (product["Name"], product["FolderName"], product["Quantity"]) == ("Shelf", "Wood", 3)


def test_a_product_that_was_deleted_is_written_no_more_and_its_sku_is_free():
    account = open_account()

    assert account.put("Product/5", {"Deleted": 1}) == 5
    assert held(account, 5)["Deleted"] == 1
    assert read_refusal(account.ask("PUT", "Product/5", body={"Name": "x"}))[0] == 404
    assert account.put("Product", {"Name": "Another shelf", "SKU": "S-1"}) == 6


@pytest.mark.parametrize("body", [{"SKU": "new"}, {"Name": "x", "PriceNet": "dear"}, {"Name": "x", "Deleted": 2}])
def test_a_product_that_makes_no_sense_is_refused(body: dict[str, object]):
    account = open_account()

    assert read_refusal(account.ask("PUT", "Product", body=body))[0] == 400
    assert account.fake.counts()["products"] == 1


def test_no_endpoint_reads_a_product():
    assert open_account().ask("GET", "Product/5").status == 405
