"""Why a request got no complete response, as sentences that hold nothing that was sent."""

from __future__ import annotations

import os
import socket
import ssl

from crm_mcp.languages import Later, Texts

_texts = Texts(__file__)


def describe_failure(error: Exception, timeout_s: float) -> tuple[str, str]:
    """Return why no complete response came, and what to do about it, as sentences without anything that was sent."""
    import httpx  # see `connections`

    causes = _causes(error)
    if is_out_of_time(error):
        what = _texts.later("no complete response in {seconds} s", seconds=f"{timeout_s:.3g}")
        return what, _texts.later(
            "Try again; if it goes on, check the network, or allow more time with CRM_MCP_TIMEOUT_S."
        )
    if isinstance(error, httpx.ProxyError):
        return _texts.later("the proxy refused ({error})", error=error), _texts.later(
            "Check the proxy's address and login."
        )
    if untrusted := next((one for one in causes if isinstance(one, ssl.SSLCertVerificationError)), None):
        return (
            _texts.later("its certificate is not trusted ({why})", why=untrusted.verify_message.rstrip(".")),
            _texts.later(
                "Where it is signed by an authority of your own, CRM_MCP_CA_FILE can name that authority's file (PEM)."
            ),
        )
    reason = next((_reason(one) for one in causes if isinstance(one, OSError) and one.errno), "")
    if isinstance(error, httpx.ConnectError):
        why = reason or str(error) or _texts.later("it was cut at once")
        what = _texts.later("no connection could be made ({why})", why=why)
        return what, _texts.later("Check the address, the network and proxies, then try again.")
    if "illegal" in str(error):
        return _texts.later("what it sent is not HTTP"), _texts.later("Check the address and its port.")
    what = _texts.later("the connection was cut before the response was complete")
    beside = f" ({reason})" if reason else ""
    return Later.joined([what, beside], ""), _texts.later("Try again; if it goes on, check the network and proxies.")


def may_pass(error: Exception) -> bool:
    """Tell whether the same request may well get a response a moment later."""
    import httpx  # see `connections`

    if isinstance(error, httpx.ProxyError):
        return str(error).startswith(("502", "503", "504"))
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return False
    return not any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(error))


def _causes(error: BaseException | None) -> list[BaseException]:
    """Return an error with what led to it, the latest first; one that was raised twice may stand in its own chain."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _reason(error: OSError) -> str:
    """Return an error of the system's in its own words, without the address that Python adds."""
    is_systems = not isinstance(error, ssl.SSLError | socket.gaierror) and error.errno
    return os.strerror(error.errno) if is_systems and error.errno else str(error.strerror)


def is_out_of_time(error: Exception) -> bool:
    """Tell whether a request was given up for lack of time."""
    import httpx  # see `connections`

    return isinstance(error, TimeoutError | httpx.TimeoutException)
