"""`python -m mockserver.health_check URL` ends with 0 where a fake answers there; its image's health check runs it.

The fake speaks http, or with `--tls` https by a certificate of its own CA. Which of both, and where that CA is kept, is
known to whoever started it and not to its image, so both are tried.
"""

from __future__ import annotations

import os
import ssl
import sys
import urllib.error
import urllib.request

_TIMEOUT_S = 2


def is_healthy(url: str) -> bool:
    """Ask the fake at a loopback address, with the token of the control endpoints where one is set."""
    return _answers(url) or _answers(url.replace("http:", "https:", 1))


def _answers(url: str) -> bool:
    token = os.environ.get("CRM_MOCK_CONTROL_TOKEN", "")
    request = urllib.request.Request(f"{url}/_control/health", headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    # Nobody else listens in the container, so that whose certificate it is need not be asked.
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S, context=unchecked):  # noqa: S310
            return True
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return False
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_healthy(sys.argv[1]) else 1)
