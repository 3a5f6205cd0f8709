"""What a configuration file held before, kept beside it: the first of all, and the last few."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

_MOST = 5
"""Backups that a file has; the first, from before this server was ever in it, is never taken away."""
_ENDING = re.compile(r"([0-9]{8}-[0-9]{6})(?:-([0-9]+))?")
"""When a backup was made, and which one of that second it is."""


def backups_of(path: Path) -> list[Path]:
    """Return the backups of a file that were made here, the oldest first."""
    with contextlib.suppress(OSError):
        return sorted((one for one in path.parent.iterdir() if _ending(one, path)), key=lambda one: _order(one, path))
    return []


def find_backup(path: Path, raw: bytes) -> Path | None:
    """Return a backup that holds the same bytes."""
    for one in backups_of(path):
        with contextlib.suppress(OSError):
            if one.stat().st_size == len(raw) and one.read_bytes() == raw:
                return one
    return None


def make_backup(path: Path, raw: bytes, moment: datetime, create: Callable[[Path, bytes], None]) -> Path:
    """Keep a file's bytes beside it under a name that nothing has yet; `create` refuses one that is there."""
    stem = f"{path.name}.backup-{moment:%Y%m%d-%H%M%S}"
    known = [_order(one, path)[1] for one in backups_of(path) if one.name.startswith(stem)]
    for number in itertools.count(max(known, default=0) + 1):
        name = stem if number == 1 else f"{stem}-{number}"
        with contextlib.suppress(FileExistsError):
            create(path.with_name(name), raw)
            return path.with_name(name)
    raise AssertionError  # pragma: no cover  # the names do not end


def forget_old(path: Path) -> None:
    """Take away what is more than the first backup and the last few."""
    for one in backups_of(path)[1 : 1 - _MOST]:
        with contextlib.suppress(OSError):
            one.unlink()


def _ending(backup: Path, path: Path) -> re.Match[str] | None:
    begin = f"{path.name}.backup-"
    return _ENDING.fullmatch(backup.name.removeprefix(begin)) if backup.name.startswith(begin) else None


def _order(backup: Path, path: Path) -> tuple[str, int]:
    ending = _ending(backup, path)
    assert ending is not None
    return ending[1], int(ending[2] or 1)
