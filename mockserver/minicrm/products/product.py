"""One product: its row, the fields that a write takes, and how a seed writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mockserver.minicrm.account import READER
from mockserver.minicrm.seeding.rows import SeedReader, take_row_id
from mockserver.minicrm.store import Table, WrittenRow, list_rows

TEXTS = (
    "Name",
    "SKU",
    "EAN",
    "FolderName",
    "VAT",
    "CurrencyCode",
    "UnitName",
    "Unit",
    "Warehouse_Name",
    "Description",
)
NUMBERS = ("PriceNet", "Quantity")
DEFAULTS: Mapping[str, object] = {"VAT": "27%", "CurrencyCode": "HUF"}
"""What the country of the account has, where a write names none (observed, grade B)."""


@dataclass(slots=True, kw_only=True)
class Product(WrittenRow):
    """One product; `fields` holds all but what a write finds it by, its custom fields too."""

    TABLE: ClassVar[Table] = Table("product", "products", {"by_sku": "(sku)"})
    sku: str | None = None
    deleted: int = 0
    fields: dict[str, object] = field(default_factory=dict[str, object])


def find_product(connection: sqlite3.Connection, sku: str) -> Product | None:
    """Return the product of this SKU that was not deleted."""
    found = list_rows(connection, Product, "sku = ? AND deleted = 0", (sku,), limit=1)
    return found[0] if found else None


def list_folders(connection: sqlite3.Connection) -> list[str]:
    """Return the folders that products lie in, the first one first."""
    names = [str(each.fields.get("FolderName") or "") for each in list_rows(connection, Product, "1", ())]
    return [*dict.fromkeys(name for name in names if name)]


def read_product(reader: SeedReader, part: dict[str, object], path: str) -> Product:
    """Read one product out of a seed; its keys are the API's, and those of custom fields."""
    product = Product(id=take_row_id(part, path))
    reader.read_history(product, part, path)
    product.deleted = int(READER.take_flag(part.pop("Deleted", 0), f"{path}.Deleted"))
    READER.take_text(part.get("Name"), f"{path}.Name")
    product.sku = READER.take_text(part.pop("SKU"), f"{path}.SKU") if "SKU" in part else None
    product.fields = {READER.take_name(name, f"{path}.{name}"): value for name, value in part.items()}
    return product
