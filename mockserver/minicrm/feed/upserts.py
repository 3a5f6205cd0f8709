"""What a feed's file holds, written one by one: what is known by its own id is changed, the rest is made."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.feed.as_api import find_by_reference, write
from mockserver.minicrm.products.product import Product, find_product
from mockserver.minicrm.products.write import save_product
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import read_row

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DOCUMENT_TEXTS = frozenset({"CurrencyCode", "Subject", "Performance", "Prompt"})
_KINDS = ("Contacts", "Projects", "Products", "Orders", "Offers")


class Upserts:
    """Writes a file's entities into an account, by the rules of the API.

    Attributes:
        report: By kind how many were created and updated, and what was refused and why.
    """

    def __init__(self, context: RequestContext) -> None:
        self._context = context
        self.report: dict[str, object] = {}
        self._refused: list[str] = []

    def take(self, root: Element) -> None:
        """Write what stands under the root, which may itself be a list; contacts first, since cards need them."""
        places = [root, *root]
        for kind in _KINDS:
            for place in places:
                if place.tag == kind:
                    self._take_list(kind, place)
        if self._refused:
            self.report["Refused"] = self._refused

    def _take_list(self, kind: str, place: Element, customer_id: object = None) -> None:
        writers: Mapping[str, Callable[[Element], bool]] = {
            "Contacts": self._write_contact,
            "Projects": self._write_project,
            "Products": self._write_product,
            "Orders": functools.partial(self._write_document, customer_id=customer_id),
            "Offers": functools.partial(self._write_document, customer_id=customer_id),
        }
        for each in place:
            try:
                self._count(kind, "Created" if writers[kind](each) else "Updated")
            except RefusalError as refusal:
                why = "; ".join((str(refusal), *refusal.hints))
                self._refused.append(f"{each.tag} {each.get('Id', '')}: {why}")

    def _count(self, kind: str, outcome: str) -> None:
        counts = self.report.setdefault(kind, {"Created": 0, "Updated": 0})
        assert isinstance(counts, dict)
        counts[outcome] += 1

    def _write_contact(self, each: Element) -> bool:
        """Write a contact and tell whether it is new; one without a Type is a person (assumed)."""
        values = {**_read_texts(each), "ReferenceId": each.get("Id", "")}
        known = find_by_reference(self._context, Contact, each.get("Id", ""))
        if known is None:
            values.setdefault("Type", "Person")
        else:
            values.pop("Type", None)
        write(self._context, "Contact", values, known)
        return known is None

    def _write_project(self, each: Element) -> bool:
        """Write a card and tell whether it is new; its contact may stand in it, or be named by either id (assumed)."""
        for place in each.findall("Contacts"):
            self._take_list("Contacts", place)
        values = {**_read_texts(each), **_read_texts(each.find("Project")), "ReferenceId": each.get("Id", "")}
        nested = each.find("Contacts/Contact")
        named = values.get("ContactId") or ("" if nested is None else nested.get("Id", ""))
        if named:
            values["ContactId"] = str(find_by_reference(self._context, Contact, named) or named)
        known = find_by_reference(self._context, Project, each.get("Id", ""))
        project_id = write(self._context, "Project", values, known)
        project = read_row(self._context.connection, Project, project_id)
        for kind in ("Orders", "Offers"):
            for place in each.findall(kind):
                self._take_list(kind, place, project and project.contact_id)
        return known is None

    def _write_document(self, each: Element, customer_id: object) -> bool:
        """Write an order or offer and tell whether it is new; else its card's fields change (assumed)."""
        for place in each.findall("Contacts"):
            self._take_list("Contacts", place)
        nested = each.find("Contacts/Contact")
        if customer_id is None and nested is not None:
            customer_id = find_by_reference(self._context, Contact, nested.get("Id", ""))
        reference = f"{each.tag}/{each.get('Id', '')}"
        fields = {**_read_texts(each.find("Project")), "ReferenceId": reference}
        known = find_by_reference(self._context, Project, reference)
        if known is not None:
            write(self._context, "Project", fields, known)
            return False
        texts = {name: text for name, text in _read_texts(each).items() if name in _DOCUMENT_TEXTS and text}
        items = [_read_texts(item) for item in each.findall("Products/Product")]
        body: dict[str, object] = {**texts, "CustomerId": customer_id, "Items": items, "Project": fields}
        if customer := _read_texts(each.find("Customer")):
            body["Customer"] = customer
        write(self._context, each.tag, body)
        return True

    def _write_product(self, each: Element) -> bool:
        values = _read_texts(each)
        known = find_product(self._context.connection, values.get("SKU", "")) if values.get("SKU") else None
        product = known or Product(id=0, created_at=self._context.now)
        save_product(self._context, product, values, makes_folders=True)
        return known is None


def _read_texts(element: Element | None) -> dict[str, str]:
    """Return the texts of the elements right inside another one, by their names."""
    children: Iterable[Element] = () if element is None else element
    return {child.tag: (child.text or "").strip() for child in children if len(child) == 0}
