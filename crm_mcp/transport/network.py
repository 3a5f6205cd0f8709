"""The way from this machine to a host, as the environment names it: which proxy, and whose certificates are trusted.

Proxies are read as httpx reads them, but only for a host that needs one, so that a wrong variable is named and harms
nobody who does not use it. No value is ever repeated: the address of a proxy may hold a login.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.setting_values import LOOPBACK_HOSTS

_texts = Texts(__file__)

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_UNSET_IT = "Correct or unset it; to keep a host from the proxy, name the host in NO_PROXY."


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy on the way to a host; `variable` is what names it, in words."""

    url: str = field(repr=False)
    variable: str


def find_proxy(base_url: str) -> Proxy | None:
    """Return the proxy for a CRM's address; None where it is reached directly, as this machine always is.

    Raises:
        SettingsError: A variable names no proxy that can be used.
    """
    host = urlsplit(base_url).hostname or ""
    if host in LOOPBACK_HOSTS:
        return None
    from urllib.request import getproxies  # slow to import, and needed for no address of this machine

    known = {scheme: value.strip() for scheme, value in getproxies().items() if value.strip()}
    scheme = next((one for one in (urlsplit(base_url).scheme, "all") if known.get(one)), "")
    if not scheme or _is_excepted(host, known.get("no", "")):
        return None
    proxy = Proxy(known[scheme] if "://" in known[scheme] else f"http://{known[scheme]}", _variable_of(scheme))
    _check(proxy)
    return proxy


def check_way_to(base_url: str) -> None:
    """Return where the environment lets a CRM's address be reached, as far as that shows at a glance.

    Certificates are read when they are first needed: that takes longer than all else that is done at start.

    Raises:
        SettingsError: A variable names no proxy that can be used, or no certificates.
    """
    find_proxy(base_url)
    if base_url.startswith("https:"):
        _check_certificates(*_given_certificates())


def _given_certificates() -> tuple[str, str]:
    """Return the file and the folders of certificates that the environment names; each may be empty."""
    return os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", "")


def _check_certificates(file: str, folders: str) -> None:
    if folders and not any(Path(one).is_dir() for one in folders.split(os.pathsep) if one):
        raise SettingsError(
            _texts.later("SSL_CERT_DIR: there is no such folder."), hint=_texts.later("Correct or unset it.")
        )
    if file:
        try:
            is_pem = b"CERTIFICATE-----" in Path(file).read_bytes()
        except (OSError, ValueError) as error:
            raise _no_certificates("SSL_CERT_FILE", error) from None
        if not is_pem:
            raise _no_certificates("SSL_CERT_FILE", ssl.SSLError())


def trusted_certificates(ca_file: Path | None) -> ssl.SSLContext:
    """Return whose certificates are trusted: the system's store, the public authorities, and those of `ca_file` (PEM).

    `SSL_CERT_FILE` and `SSL_CERT_DIR` stand in place of the first two, as in httpx.

    Raises:
        SettingsError: One of these variables names no certificates.
    """
    file, folders = _given_certificates()
    _check_certificates(file, folders)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if file or folders else _system_store()
    if folders:
        context.load_verify_locations(capath=folders)
    for variable, path in (("SSL_CERT_FILE", file), ("CRM_MCP_CA_FILE", ca_file)):
        if path:
            _load(context, variable, path)
    return context


def _system_store() -> ssl.SSLContext:
    import certifi
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certifi.where())
    return context


def _load(context: ssl.SSLContext, variable: str, path: str | Path) -> None:
    try:
        context.load_verify_locations(path)
    except (OSError, ValueError) as error:  # a broken file is an SSLError, which is an OSError
        raise _no_certificates(variable, error) from None


def _no_certificates(variable: str, error: Exception) -> SettingsError:
    return SettingsError(
        _texts.later(
            "{variable}: no certificates can be read from the file that it names ({error}).",
            variable=variable,
            error=type(error).__name__,
        ),
        hint=_texts.later("Correct or unset it."),
    )


def _variable_of(scheme: str) -> str:
    """Return the variable that names a proxy, in the case in which it is set."""
    name = f"{scheme}_proxy"
    return next((one for one in (name, name.upper()) if os.environ.get(one)), "the system's proxy setting")


def _is_excepted(host: str, no_proxy: str) -> bool:
    """Tell whether `NO_PROXY` names a host: itself, a domain it belongs to (`example.com`, `.example.com`), or `*`."""
    for part in no_proxy.lower().split(","):
        name = part.strip().rpartition("://")[2].partition("/")[0]
        name = name if name.count(":") > 1 else name.partition(":")[0]  # a port, but not within an IPv6 address
        domain = name.strip("[]").lstrip("*").lstrip(".")
        if name == "*" or (domain and (host == domain or host.endswith(f".{domain}"))):
            return True
    return False


def _check(proxy: Proxy) -> None:
    parts, problem = _split(proxy.url)
    if not problem and parts.scheme not in _PROXY_SCHEMES:
        problem = f"a proxy is reached by {', '.join(_PROXY_SCHEMES)}, and not by what stands before its ://"
    if not problem and not parts.hostname:
        problem = "it names no host; write it as http://host:port"
    if not problem and parts.scheme.startswith("socks") and find_spec("socksio") is None:
        problem = 'a SOCKS proxy needs the package socksio (pip install "httpx[socks]")'
    if problem:
        raise SettingsError(f"{proxy.variable}: {problem}.", hint=_UNSET_IT)


def _split(url: str) -> tuple[SplitResult, str]:
    """Return the parts of a proxy's address, and what is wrong with how it is written."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return urlsplit(""), "its address cannot be read (is the port a number up to 65535?)"
    if any(char.isspace() or not char.isprintable() for char in url):
        return parts, "its address holds a space or a character that cannot be printed"
    return parts, ""
