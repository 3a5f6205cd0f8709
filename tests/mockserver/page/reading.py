"""Reading the page's HTML as a browser would, and sending its forms."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.support.in_process import InProcessFake

VOID = {"meta", "link", "input", "br", "rect"}
ORIGIN = "http://127.0.0.1:8080"


@dataclass
class Element:
    """One element: its tag, its attributes, and the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = field(default_factory=list["Element"])

    def find_all(self, *tags: str, **attributes: str) -> list[Element]:
        """Return the elements inside that have one of the tags (any without one) and all the attributes."""
        found = [each for child in self.inside for each in child.find_all(*tags, **attributes)]
        fits = (not tags or self.tag in tags) and attributes.items() <= self.attributes.items()
        return [self, *found] if fits and self.tag else found

    def find(self, *tags: str, **attributes: str) -> Element:
        found = self.find_all(*tags, **attributes)
        assert found, (tags, attributes)
        return found[0]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def parse_page(html: str) -> Element:
    """Return the document, whose every element must be closed."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert len(builder.open) == 1, [each.tag for each in builder.open]
    return builder.open[0]


def read_form(form: Element) -> dict[str, str | list[str]]:
    """Return what a browser would send for a form as it stands."""
    values: dict[str, str | list[str]] = {}
    for each in form.find_all("input", "select", "textarea"):
        name = each.attributes.get("name", "")
        if each.tag == "select":
            options = each.find_all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            values[name] = next(option.attributes.get("value", option.text) for option in chosen)
        elif each.attributes.get("type") in {"checkbox", "radio"}:
            if "checked" in each.attributes:
                before = values.setdefault(name, [])
                assert isinstance(before, list)
                before.append(each.attributes["value"])
        else:
            # The first line end of a textarea is not part of what it holds.
            values[name] = each.text.removeprefix("\n") if each.tag == "textarea" else each.attributes.get("value", "")
    return values


def post(fake: InProcessFake, path: str, /, **form: str | list[str]) -> httpx.Response:
    """Send a form as the page's own, without following where it leads."""
    return fake.client.post(path, data=form, headers={"Origin": ORIGIN})


def read_record(page: Element) -> dict[str, object]:
    """Return the record whose JSON text a page offers to edit."""
    return json.loads(page.find("textarea", id="record").text)


def save(fake: InProcessFake, path: str, /, **changes: object) -> httpx.Response:
    """Open a record, change members of its JSON text, and send it."""
    page = open_page(fake, path)
    text = json.dumps({**read_record(page), **changes}, indent=2)
    return save_text(fake, page, text)


def save_text(fake: InProcessFake, page: Element, text: str) -> httpx.Response:
    """Replace the JSON text of a record's page, and send it."""
    form = page.find("form", method="post")
    return post(fake, form.attributes["action"], **{**read_form(form), "record": text})


def open_page(fake: InProcessFake, path: str) -> Element:
    response = fake.client.get(path)
    assert response.status_code == 200, response.text
    return parse_page(response.text)
