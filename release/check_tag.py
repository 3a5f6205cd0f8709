"""`python -m release.check_tag TAG ADDRESS` fails where a release would be published under another's name or number."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from release.project import NAME, REPOSITORY, VERSION


def find_faults(tag: str, address: str) -> Iterator[str]:
    """Say what differs between the tag, the repository that builds it, and pyproject.toml."""
    if tag != f"v{VERSION}":
        yield f"the tag is {tag}, and pyproject.toml has version {VERSION}: tag v{VERSION}, or change the version"
    if address.rstrip("/") != REPOSITORY:
        yield (
            f"this runs in {address}, and pyproject.toml says that {NAME} lives at {REPOSITORY}: "
            "put the address into [project.urls], run `make snapshots`, and commit"
        )


if __name__ == "__main__":
    faults = list(find_faults(*sys.argv[1:]))
    sys.exit("\n".join(faults) if faults else 0)
