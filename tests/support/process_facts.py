"""What the system says of a process; only Linux tells that in files."""

from __future__ import annotations

import re
import time
from pathlib import Path


def read_facts(process: int | str) -> dict[str, int]:
    """Return the resident kilobytes of a process and how many descriptors it holds."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+([0-9]+) kB", status)
    assert found is not None
    return {"resident kB": int(found[1]), "descriptors": len(list(Path(f"/proc/{process}/fd").iterdir()))}


def read_cpu_s(process: int) -> float:
    """Return the processor's time of a process until now, in seconds."""
    return time.clock_gettime((~process << 3) | 2)
