"""Compares the shapes of two sides' responses, and names each difference in words that hold no value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from mockserver.crm.drift_questions import ANY_ID, OWN, Place
from mockserver.live.drift.responses import EndpointShape, Side
from mockserver.live.drift.shape import LIST, OBJECT, Shape, find_new_kinds

Kind = Literal["added", "missing", "sometimes missing", "type changed", "order changed", "status", "media type", "form"]
KINDS: tuple[Kind, ...] = get_args(Kind)
EVERYWHERE = "all answers"


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One place where the account responds otherwise than the fake.

    Attributes:
        crm: Whose.
        endpoint: What was asked.
        place: Where in the response, such as `Results.*.Id`; empty is the whole body.
        kind: How they differ.
        account: What the account does there.
        fake: What the fake does there.
    """

    crm: str
    endpoint: str
    place: str
    kind: Kind
    account: str
    fake: str


def compare_sides(crm: str, account: Side, fake: Side) -> list[Difference]:
    """Return the differences, endpoint by endpoint; what only one side was asked is passed over."""
    found: list[Difference] = []
    for endpoint, shape in account.endpoints.items():
        other = fake.endpoints.get(endpoint)
        if other is not None:
            found += [
                Difference(crm, endpoint, ".".join(place), kind, one, two)
                for place, kind, one, two in _iter_endpoint(shape, other)
            ]
    for about in sorted(account.wire_form.keys() & fake.wire_form.keys()):
        one, two = account.wire_form[about], fake.wire_form[about]
        if not one <= two:
            found.append(Difference(crm, EVERYWHERE, about, "form", _join(one), _join(two)))
    return found


_Found = tuple[Place, Kind, str, str]


def _iter_endpoint(account: EndpointShape, fake: EndpointShape) -> Iterator[_Found]:
    if not account.statuses <= fake.statuses:
        yield (), "status", _join(map(str, account.statuses)), _join(map(str, fake.statuses))
        return
    if not account.media_types <= fake.media_types:
        yield (), "media type", _join(account.media_types), _join(fake.media_types)
    if account.body.kinds and fake.body.kinds:
        yield from _iter_shape(account.body, fake.body, ())


def _iter_shape(account: Shape, fake: Shape, place: Place) -> Iterator[_Found]:
    new = find_new_kinds(account.kinds, fake.kinds)
    if new:
        yield place, "type changed", _join(account.kinds), _join(fake.kinds)
    if OBJECT in account.kinds & fake.kinds:
        yield from _iter_keys(account, fake, place)
    if LIST in account.kinds & fake.kinds and account.items and fake.items:
        yield from _iter_shape(account.items, fake.items, (*place, "[]"))


def _iter_keys(account: Shape, fake: Shape, place: Place) -> Iterator[_Found]:
    for key, shape in account.keys.items():
        if key in fake.keys:
            yield from _iter_shape(shape, fake.keys[key], (*place, key))
        elif not _is_data(key) and fake.objects:
            yield (*place, key), "added", _join(shape.kinds), "never there"
    for key, shape in fake.keys.items():
        if _is_data(key) or not fake.is_always_there(key) or account.is_always_there(key):
            continue
        if key in account.keys:
            yield (*place, key), "sometimes missing", "not always there", "always there"
        else:
            yield (*place, key), "missing", "never there", _join(shape.kinds)
    yield from _iter_order(account, fake, place)


def _iter_order(account: Shape, fake: Shape, place: Place) -> Iterator[_Found]:
    turned = sorted(
        (one, other) for one, other in account.before if (other, one) in fake.before and (one, other) not in fake.before
    )
    if turned:
        one, other = turned[0]
        yield place, "order changed", f"{one} before {other}", f"{other} before {one}"
    if account.ids_ascend is False and fake.ids_ascend:
        yield (*place, ANY_ID), "order changed", "ids in any order", "ids ascend"


def _is_data(key: str) -> bool:
    return key == ANY_ID or key.startswith(OWN)


def _join(words: Iterable[str]) -> str:
    return " or ".join(sorted(words))
