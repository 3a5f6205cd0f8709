"""The folder of a store on this machine, and its files: open to their owner alone."""

from __future__ import annotations

import contextlib
import os
import stat
from fnmatch import fnmatchcase
from pathlib import Path

from crm_mcp.errors import StoreError
from crm_mcp.languages import Texts
from crm_mcp.store.engines.drives import find_network_drive
from crm_mcp.store.location import FILE

_texts = Texts(__file__)

_OWN = ("memory.sqlite*", "replica-*.sqlite*")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def prepare_file(folder: Path, name: str = FILE) -> Path:
    """Make the folder and the file of a store where they do not exist, and close them to others.

    Raises:
        StoreError: The folder cannot be made or used.
    """
    path = folder / name
    if drive := find_network_drive(folder):
        raise StoreError(
            _texts.later(
                "The store cannot be in {folder}, which is on another machine ({drive}): processes there would not see "
                "each other's locks.",
                folder=folder,
                drive=drive,
            ),
            hint=_texts.later("Let CRM_MCP_STORE name another folder on a disk of this machine, or a PostgreSQL."),
        )
    try:
        _make_folder(folder)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        _close_to_others(folder)
    except (FileExistsError, NotADirectoryError):
        raise StoreError(
            _texts.later("The store cannot be in {folder}, which is no folder.", folder=folder),
            hint=_texts.later("Let CRM_MCP_STORE name another folder."),
        ) from None
    except OSError as error:
        raise StoreError(
            _texts.later("The store {path} cannot be written: {why}.", path=path, why=error.strerror),
            hint=_texts.later(
                "Make the folder writable for this user. Let CRM_MCP_STORE name another folder otherwise."
            ),
        ) from None
    return path


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it for their owner alone; what exists stays as it is."""
    if not folder.is_dir():
        if folder.parent != folder:
            _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _close_to_others(folder: Path) -> None:
    """Take the rights of others from the files, and from the folder where nothing else is in it."""
    if os.name != "posix":
        return
    inside = list(folder.iterdir())
    own = [path for path in inside if any(fnmatchcase(path.name, pattern) for pattern in _OWN)]
    for path in own if len(own) < len(inside) else [*own, folder]:
        with contextlib.suppress(FileNotFoundError):  # another process ended, or is done with its journal
            found = path.stat()
            if found.st_mode & _OTHERS and found.st_uid == os.geteuid():
                path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def describe_access(folder: Path) -> str:
    """Say that others can reach into the folder; empty where nobody can."""
    mode = folder.stat().st_mode
    if os.name != "posix" or not mode & _OTHERS:
        return ""
    can = "change" if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX else "see"
    return (
        f"Other users can {can} what is in {folder}, where the store is beside other things. "
        f"Run chmod 700 {folder}, or let CRM_MCP_STORE name a folder of its own."
    )
