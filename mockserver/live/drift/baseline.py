"""The file of known differences, which are not reported again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

from mockserver.live.drift.diff import Difference


class BaselineError(Exception):
    """The file cannot be used; the message says what to do."""


def read_baseline(path: Path) -> set[Difference]:
    """Return the known differences.

    Raises:
        BaselineError: The file cannot be read, or is something else.
    """
    try:
        known = json.loads(path.read_bytes())["known"]
        return {Difference(**{field.name: str(one[field.name]) for field in fields(Difference)}) for one in known}  # pyright: ignore[reportArgumentType] - a kind that does not exist equals none that does
    except OSError as error:
        raise BaselineError(
            f"cannot read the baseline {str(path)!r}: {error.strerror}; make it with --accept"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise BaselineError(f"{str(path)!r} is no baseline; make it anew with --accept") from None


def write_baseline(path: Path, differences: Iterable[Difference]) -> None:
    """Write the differences down as known.

    Raises:
        BaselineError: The file cannot be written.
    """
    document = {"known": [asdict(difference) for difference in sorted(differences)]}
    try:
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BaselineError(f"cannot write the baseline {str(path)!r}: {error.strerror}; name another file") from None
