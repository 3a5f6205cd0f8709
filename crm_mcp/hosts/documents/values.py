"""What was read from a file that anybody wrote: of any shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast


def mapping_of(value: object) -> dict[str, object]:
    """Return a copy of a mapping; anything else is an empty one."""
    return dict(cast("Mapping[str, object]", value)) if isinstance(value, Mapping) else {}
