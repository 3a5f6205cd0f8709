"""One path of the API, and its endpoint by method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mockserver.minicrm import PREFIX, rules
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.routing.suggestions import suggest_method
from mockserver.minicrm.rules import RefusalError

Endpoint = Callable[[RequestContext], object]
"""Returns what is printed as JSON, or an `ApiResponse` where that is something else."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path.

    Attributes:
        path: Behind `root`; the parts in braces are what the context's `target` holds, with a slash between.
        endpoints: By method.
        parameters: The query parameters that it reads; None: it checks them itself.
        root: Where its API lives.
        changes_by_get: Whether a GET changes something.
    """

    path: str
    endpoints: Mapping[str, Endpoint]
    parameters: tuple[str, ...] | None = ()
    root: str = PREFIX
    changes_by_get: bool = False

    @property
    def entity(self) -> str:
        """The name that error texts begin with."""
        return next(part for part in self.path.split("/") if not _is_id(part))

    def match(self, parts: list[str]) -> str | None:
        """Return the ids in a path's parts behind the root, empty where it has none; None where it is another's."""
        wanted = self.path.split("/")
        pairs = list(zip(wanted, parts, strict=False))
        if len(wanted) != len(parts) or any(want != part and not _is_id(want) for want, part in pairs):
            return None
        return "/".join(part for want, part in pairs if _is_id(want))

    def find_endpoint(self, method: str) -> Endpoint:
        """Return the endpoint of a method.

        Raises:
            RefusalError: There is none.
        """
        if method not in self.endpoints:
            methods = list(self.endpoints)
            hints = suggest_method(self.path, methods, method)
            raise RefusalError(rules.WRONG_METHOD, hints=hints, allow=", ".join(methods))
        return self.endpoints[method]

    def changes(self, method: str) -> bool:
        """Tell whether a request may change something."""
        return method != "GET" or self.changes_by_get


def _is_id(part: str) -> bool:
    return part.startswith("{")
