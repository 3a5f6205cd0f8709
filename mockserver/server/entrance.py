"""By which ways callers come to the fake: plain http, https, or through it as a proxy for the CRMs' real hosts."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from mockserver.http.certificates import LOOPBACK, Authority
from mockserver.registry import CRMS
from mockserver.texts import person_texts

CA_VARIABLES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Where the languages' own variables name a file of CAs: Node; OpenSSL with Python, .NET, Ruby, Go; requests; curl."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """The ways that are open; without arguments plain http alone.

    Attributes:
        authority: Issues the certificates of https; None: https is not spoken.
        is_https_only: Whether plain http is refused.
        proxied_hosts: The host names that a proxy answers for; empty: the fake is no proxy.
        own_addresses: What `HOST:PORT` the fake itself is reached at.
    """

    authority: Authority | None = None
    is_https_only: bool = False
    proxied_hosts: frozenset[str] = frozenset()
    own_addresses: frozenset[str] = frozenset()

    @property
    def is_proxy(self) -> bool:
        """Whether the fake answers for other hosts."""
        return bool(self.proxied_hosts)

    def close(self) -> None:
        """Let go of what was made for the time of a run."""
        if self.authority is not None:
            self.authority.close()

    def describe(self, url: str) -> str:
        """Return what callers must be told, as lines of a shell; nothing for plain http.

        Raises:
            CertificateError: The CA's folder cannot be used.
        """
        if self.authority is None:
            return ""
        file = self.authority.ca_file
        trust = " ".join(f"{name}={shlex.quote(str(file))}" for name in CA_VARIABLES)
        if not self.is_proxy:
            told = person_texts().text(
                "Programs must trust {file}, which {url} gives too.", file=file, url=f"{url}/_control/ca.pem"
            )
            return f"# {told}\nexport {trust}"
        hosts = ", ".join(sorted(self.proxied_hosts))
        told = person_texts().text("A proxy for {hosts}; all others are refused. For your program:", hosts=hosts)
        return "\n".join(
            [
                f"# {told}",
                f"export {' '.join(f'{name}={value}' for name, value in list_proxy_variables(url).items())}",
                f"export {trust}",
            ]
        )

    def refuse_host(self, address: str) -> str:
        """Return why a proxy does not answer for a `HOST[:PORT]`, or nothing where it does."""
        host = read_host(address)
        if not self.is_proxy or not address or host in self.proxied_hosts or address.lower() in self.own_addresses:
            return ""
        options = " or ".join(f"--{entry.name}-host {host}" for entry in CRMS)
        return (
            f"This proxy is a fake that answers for {', '.join(sorted(self.proxied_hosts))} alone and sends nothing on:"
            f" {host} is refused. If it is the host of a CRM, start crm-mock proxy with {options};"
            f" else let the program pass by the proxy, as with NO_PROXY={host}."
        )


def open_entrance(url: str, *, is_tls: bool, proxied_hosts: Sequence[str], ca_folder: str) -> Entrance:
    """Return the ways of a fake that listens at `url`.

    Args:
        url: Its address.
        is_tls: Whether it speaks https alone.
        proxied_hosts: The hosts a proxy answers for; empty: it is no proxy.
        ca_folder: Where the CA is kept; empty: it is made anew.
    """
    if not (is_tls or proxied_hosts):
        return Entrance()
    parts = urlsplit(url)
    host = parts.hostname or ""
    names = [f"[{own}]" if ":" in own else own for own in (*LOOPBACK, host)]
    return Entrance(
        Authority(ca_folder, [host]),
        is_https_only=is_tls,
        proxied_hosts=frozenset(map(read_host, proxied_hosts)),
        own_addresses=frozenset(f"{name}:{parts.port}" for name in names),
    )


def list_proxy_variables(url: str) -> dict[str, str]:
    """Return the variables that lead a program's requests through a proxy; programs differ in the case they read."""
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
    passed_by = ",".join(LOOPBACK)
    return {**dict.fromkeys(names, url), "NO_PROXY": passed_by, "no_proxy": passed_by, "NODE_USE_ENV_PROXY": "1"}


def read_host(address: str) -> str:
    """Return the host name of a `HOST[:PORT]`, in lower case."""
    try:
        return (urlsplit(f"//{address}").hostname or "").rstrip(".")
    except ValueError:
        return address.lower()
