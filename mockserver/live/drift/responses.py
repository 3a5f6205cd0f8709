"""The shapes of one side's responses, endpoint by endpoint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from mockserver.crm.drift_questions import DriftResponse, KeyNames
from mockserver.live.drift.shape import Shape
from mockserver.live.json_style import read_wire_form


@dataclass(slots=True)
class EndpointShape:
    """How one endpoint responds."""

    statuses: set[int] = field(default_factory=set[int])
    media_types: set[str] = field(default_factory=set[str])
    body: Shape = field(default_factory=Shape)


@dataclass(slots=True)
class Side:
    """How one side, the account or the fake, responds: each endpoint, and how it writes JSON."""

    endpoints: dict[str, EndpointShape] = field(default_factory=dict[str, EndpointShape])
    wire_form: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


def learn_side(responses: Iterable[DriftResponse], key_names: KeyNames) -> Side:
    """Return the shapes of one side's responses."""
    side = Side()
    wire_form: defaultdict[str, set[str]] = defaultdict(set)
    for response in responses:
        shape = side.endpoints.setdefault(response.endpoint, EndpointShape())
        shape.statuses.add(response.status)
        shape.media_types.add(response.media_type)
        if not response.is_success:
            continue
        shape.body.learn(response.body, key_names(response.endpoint), has_own_ids=response.raw is not None)
        if response.raw is not None:
            for about, how in read_wire_form(response.raw).items():
                wire_form[about].add(how)
    side.wire_form.update(wire_form)
    return side
