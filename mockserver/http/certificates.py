"""The fake's own certificate authority (CA), and the certificates that https is spoken with."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
import ssl
import tempfile
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme

CA_FILE = "ca.pem"
KEY_FILE = "ca-with-key.pem"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What some systems take at most of a CA that a person added, less a margin for clocks that differ.
_LIFETIME = dt.timedelta(days=397)
_MOST_NAMES = 64
_ORGANIZATION = "crm-mock, a fake for tests"


class CertificateError(Exception):
    """The folder of the CA cannot be used; the message says why."""


class Authority:
    """Issues a certificate for each host name that a caller asks for. Nothing is made before it is needed.

    Args:
        folder: Where CA and key are kept from one start to the next; empty: the CA is made anew, its key stays in
            memory, and `ca_file` is in a temporary folder until `close`.
        hosts: Names and addresses, beside loopback's, for callers that name none (SNI knows no addresses).
    """

    def __init__(self, folder: str | Path = "", hosts: Sequence[str] = ()) -> None:
        self._folder = Path(folder) if folder else None
        self._hosts = tuple(dict.fromkeys([*LOOPBACK, *hosts]))
        self._temporary = ""
        self._find_context = lru_cache(maxsize=_MOST_NAMES)(self._make_context)

    @property
    def ca_pem(self) -> bytes:
        """The CA's certificate, which callers must trust.

        Raises:
            CertificateError: The folder cannot be used.
        """
        return self._ca.cert_pem.bytes()

    @cached_property
    def ca_file(self) -> Path:
        """A file that holds `ca_pem`.

        Raises:
            CertificateError: The folder cannot be used.
        """
        pem = self.ca_pem
        if self._folder is None:
            self._temporary = tempfile.mkdtemp(prefix="crm-mock-")
        file = Path(self._temporary or self._folder or "", CA_FILE).absolute()
        try:
            if not file.exists() or file.read_bytes() != pem:
                file.write_bytes(pem)
        except OSError as error:
            raise CertificateError(f"{file} cannot be written: {error.strerror}") from error
        return file

    @cached_property
    def context(self) -> ssl.SSLContext:
        """What the server's side of a connection needs; it answers each caller with the name the caller asked for.

        Raises:
            CertificateError: The folder cannot be used.
        """
        context = self._make_context(*self._hosts)
        context.sni_callback = self._choose_certificate
        return context

    def close(self) -> None:
        """Remove what was temporary."""
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    @cached_property
    def _ca(self) -> trustme.CA:
        import trustme  # slow to import, and most starts of the fake speak plain http

        if self._folder is None:
            return trustme.CA(organization_name=_ORGANIZATION)
        try:
            return _load_or_make(self._folder)
        except (OSError, ValueError) as error:
            raise CertificateError(f"the CA in {self._folder} cannot be used: {error}") from error

    def _choose_certificate(
        self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _context: ssl.SSLContext
    ) -> None:
        if name and name not in self._hosts:
            try:
                connection.context = self._find_context(name)
            except ValueError:  # no name that a certificate can hold; the caller is left to refuse the one there is
                return

    def _make_context(self, *hosts: str) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.set_alpn_protocols(["http/1.1"])
        not_after = dt.datetime.now(dt.UTC).replace(tzinfo=None) + _LIFETIME
        made = self._ca.issue_cert(*hosts, organization_name=_ORGANIZATION, not_after=not_after)
        with made.private_key_and_cert_chain_pem.tempfile() as file:
            context.load_cert_chain(file)
        return context


def _load_or_make(folder: Path) -> trustme.CA:
    """Return the CA of a folder; where several processes make it at once, all return the first one's."""
    import trustme

    file = folder / KEY_FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = trustme.CA(organization_name=_ORGANIZATION)
        draft = folder / f".{secrets.token_hex(8)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:  # noqa: PTH123 - a descriptor
            output.write(made.private_key_pem.bytes() + made.cert_pem.bytes())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    pem = file.read_bytes()
    key, _, certificate = pem.partition(b"-----BEGIN CERTIFICATE-----")
    return trustme.CA.from_pem(b"-----BEGIN CERTIFICATE-----" + certificate, key)
