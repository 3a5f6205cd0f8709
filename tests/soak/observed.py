"""`crm-mcp` that tells on SIGUSR1 what it holds: `python -m tests.soak.observed FILE IDLE_S serve ...`.

A line of JSON is added to the file each time, after a collection of garbage.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from crm_mcp.cli import main
from tests.support.process_facts import read_facts


def watch(report: Path) -> None:
    """Add a line to the report at each signal."""

    def tell(_number: int, _frame: FrameType | None) -> None:
        gc.collect()
        if sys.platform == "linux":
            ctypes.CDLL("libc.so.6").malloc_trim(0)  # what is free goes back, so that what is held can be seen
        kinds = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())
        facts = {
            **read_facts("self"),
            "threads": threading.active_count(),
            "asyncio tasks": len(asyncio.all_tasks()),
            "objects": kinds.total(),
        }
        with report.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"facts": facts, "kinds": dict(kinds.most_common(400))}) + "\n")

    signal.signal(signal.SIGUSR1, tell)


def shorten_idle_time(seconds: float) -> None:
    """Let sessions whose client is silent end sooner than after half an hour, which no soak waits for."""
    made = StreamableHTTPSessionManager.__init__

    def make(self: StreamableHTTPSessionManager, *arguments: Any, **options: Any) -> None:
        made(self, *arguments, **{**options, "session_idle_timeout": seconds})

    StreamableHTTPSessionManager.__init__ = make


if __name__ == "__main__":
    file, idle_s, *rest = sys.argv[1:]
    watch(Path(file))
    shorten_idle_time(float(idle_s))
    sys.argv = ["crm-mcp", *rest]
    main(prog_name="crm-mcp")
