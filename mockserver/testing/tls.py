"""`FakeTls`: what a program needs to reach a fake by https, or by the real addresses of the CRMs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FakeTls:
    """The https side of a fake.

    Attributes:
        url: Where it speaks https, such as `https://127.0.0.1:40123`.
        ca_file: The CA to trust, a PEM file that is there until the end of the test.
        proxy: The proxy that answers for the CRMs' real hosts, such as `http://127.0.0.1:40123`.
    """

    url: str
    ca_file: Path
    proxy: str

    @property
    def env(self) -> dict[str, str]:
        """The variables with which a program that has `https://` and a CRM's real host in its code runs unchanged."""
        from mockserver.server.entrance import CA_VARIABLES, list_proxy_variables

        return {**list_proxy_variables(self.proxy), **dict.fromkeys(CA_VARIABLES, str(self.ca_file))}
