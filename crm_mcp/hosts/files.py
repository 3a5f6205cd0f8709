"""Reading another program's configuration file, and writing it so that nothing can be lost.

A file is replaced as a whole by one that was written beside it, with the same rights; a link stays a link; what was
there before is kept beside it, unless a backup holds the same; and where somebody else wrote it meanwhile, nothing is
written.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crm_mcp.errors import HostError
from crm_mcp.hosts.backups import find_backup, forget_old, make_backup
from crm_mcp.languages import Texts

_texts = Texts(__file__)

_PRIVATE = 0o600
_LARGEST = 100_000_000
_BOMS = ((codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds.

    Attributes:
        raw: Its bytes; None where there is no file.
        text: The same as text, without a byte order mark and with its own line ends.
        mode: Its rights; those of a new file where there is none.
    """

    raw: bytes | None
    text: str
    mode: int

    def encode(self, text: str) -> bytes:
        """Return another text as bytes, with a byte order mark where this one has one."""
        mark = codecs.BOM_UTF8 if (self.raw or b"").startswith(codecs.BOM_UTF8) else b""
        return mark + text.encode("utf-8")


def read(path: Path) -> Content:
    """Read a configuration file; one that is not there is an empty text.

    Raises:
        HostError: There is something else than a file of UTF-8 text, or it cannot be read.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return Content(None, "", _PRIVATE)
    except (OSError, RuntimeError) as error:
        raise HostError(_texts.later("{path} cannot be read: {reason}.", path=path, reason=_reason(error))) from None
    if not stat.S_ISREG(status.st_mode):
        raise HostError(_texts.later("{path} is not a file.", path=path), hint=_texts.later("Move away what is there."))
    if status.st_size > _LARGEST:
        raise HostError(
            _texts.later("{path} is larger than any configuration.", path=path),
            hint=_texts.later("Look what is in it."),
        )
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise HostError(_texts.later("{path} cannot be read: {reason}.", path=path, reason=_reason(error))) from None
    for mark, name in _BOMS:
        if raw.startswith(mark):
            raise HostError(
                _texts.later("{path} is {encoding} text.", path=path, encoding=name),
                hint=_texts.later("Save it as UTF-8."),
            )
    try:
        return Content(raw, raw.removeprefix(codecs.BOM_UTF8).decode("utf-8"), stat.S_IMODE(status.st_mode))
    except UnicodeDecodeError:
        raise HostError(
            _texts.later("{path} is not UTF-8 text.", path=path), hint=_texts.later("Save it as UTF-8.")
        ) from None


def write(path: Path, before: Content, text: str, now: Callable[[], datetime] = datetime.now) -> Path | None:
    """Replace what a file holds, which must be what was read before; return its backup, None for a new file.

    Raises:
        HostError: It cannot be written, or was changed since it was read. The file is as it was.
    """
    try:
        real = path.resolve(strict=False)  # the file at the end of a link, so that the link stays
        if before.raw is not None and not before.mode & stat.S_IWUSR:
            raise HostError(
                _texts.later("{path} is read-only.", path=path),
                hint=_texts.later("Let it be written, then run this again."),
            )
        real.parent.mkdir(parents=True, exist_ok=True)
        with _written_beside(real, before.encode(text), before.mode) as beside:
            if before.raw is None:
                return _take_place(beside, real, before, path)
            if same := find_backup(real, before.raw):
                _take_place(beside, real, before, path)
                return same
            backup = make_backup(real, before.raw, now(), _create)
            with _removed_on_error(backup):
                _take_place(beside, real, before, path)
            forget_old(real)
            return backup
    except UnicodeEncodeError:
        raise HostError(
            _texts.later("The path of this server holds a character that is no text."), hint=_texts.later("Move it.")
        ) from None
    except (OSError, RuntimeError) as error:
        raise HostError(
            _texts.later("{path} cannot be written: {reason}.", path=path, reason=_reason(error)),
            hint=_texts.later("Nothing was changed."),
        ) from None


def remove(path: Path, before: Content) -> None:
    """Remove a file, which must hold what was read before.

    Raises:
        HostError: It cannot be removed, or was changed since it was read.
    """
    try:
        real = path.resolve(strict=False)
        _refuse_changed(real, before, path)
        real.unlink()
    except (OSError, RuntimeError) as error:
        raise HostError(
            _texts.later("{path} cannot be written: {reason}.", path=path, reason=_reason(error)),
            hint=_texts.later("Nothing was changed."),
        ) from None


def _create(path: Path, raw: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _PRIVATE)
    with _removed_on_error(path):
        _fill(handle, raw)


def _fill(handle: int, raw: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _written_beside(real: Path, raw: bytes, mode: int) -> Generator[Path]:
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    with _removed_on_error(Path(name)):
        _fill(handle, raw)
        Path(name).chmod(mode)
        yield Path(name)


def _take_place(beside: Path, real: Path, before: Content, path: Path) -> None:
    _refuse_changed(real, before, path)
    beside.replace(real)


def _refuse_changed(real: Path, before: Content, path: Path) -> None:
    if _bytes_of(real) != before.raw:
        raise HostError(
            _texts.later("{path} was changed by another program just now.", path=path),
            hint=_texts.later("Run this again."),
        )


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _removed_on_error(path: Path) -> Generator[None]:
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".")
