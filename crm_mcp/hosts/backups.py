"""What a configuration file held before, kept beside it: the first of all, and the last few."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

_MOST = 5
"""Backups that a file has; the first, from before this server was ever in it, is never taken away."""


def backups_of(path: Path) -> list[Path]:
    """Return the backups of a file, the oldest first."""
    begin = f"{path.name}.backup-"
    with contextlib.suppress(OSError):
        return sorted((one for one in path.parent.iterdir() if one.name.startswith(begin)), key=_order)
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
    known = [_order(one)[1] for one in backups_of(path) if one.name.startswith(stem)]
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


def _order(backup: Path) -> tuple[str, int]:
    """Return when a backup was made: its second, and which one of that second."""
    moment = backup.name.rpartition(".backup-")[2]
    second, number = moment[:15], moment[16:]
    return second, int(number) if number.isdigit() else 1
