"""What `make test` does: the linter beside the tests.

python -m tests make lint -- --numprocesses 4
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from tempfile import TemporaryFile

_PYTEST = (sys.executable, "-m", "pytest")


def run_beside(lint: Sequence[str], preparing: Sequence[str], tests: Sequence[str]) -> int:
    """Run lint, and beside it what prepares the tests, in silence, and the tests; end these where lint fails.

    What lint says comes last, where it is not lost among the tests. Ctrl+C reaches all of them from the terminal:
    this only waits until they have ended, and begins nothing more.

    Returns:
        0 if all went well, else how lint ended, or the tests.
    """
    stopped = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopped.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        with (
            TemporaryFile() as said,
            # make -j shares its jobs by open files
            subprocess.Popen(lint, stdout=said, stderr=subprocess.STDOUT, close_fds=False) as linting,
        ):
            _run_while(linting, preparing, subprocess.DEVNULL)
            code = 1 if stopped.is_set() or linting.poll() else _run_while(linting, tests)
            code = linting.wait() or code
            said.seek(0)
            if not stopped.is_set():
                print(said.read().decode(errors="replace"), end="", flush=True)
    finally:
        signal.signal(signal.SIGINT, before)
    return code


def _run_while(linting: subprocess.Popen[bytes], command: Sequence[str], output: int | None = None) -> int:
    """Run a command to its end, or until lint has failed."""
    with subprocess.Popen(command, stdout=output, stderr=output) as running:
        threading.Thread(target=_end_if_it_fails, args=(linting, running), daemon=True).start()
        return running.wait()


def _end_if_it_fails(linting: subprocess.Popen[bytes], running: subprocess.Popen[bytes]) -> None:
    if linting.wait():
        running.send_signal(signal.SIGINT)  # it does nothing to what has ended


def main(*arguments: str) -> int:
    """Lint and test; what stands before `--` is the command that lints, what follows are options of pytest."""
    at = arguments.index("--")
    # The first process that reads the tests compiles them: better one than each worker, while lint has the other core.
    finding = (*_PYTEST, "--collect-only", "-qq")
    return run_beside(arguments[:at], finding, (*_PYTEST, *arguments[at + 1 :]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
