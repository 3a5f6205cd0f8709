"""`crm-mcp`, and `python -m crm_mcp`: Ctrl-C ends it in one line from its first moment on, while it is imported too."""

import os
import signal

_EXIT_STOPPED = 130


def main() -> None:
    """Run the command."""
    is_asked = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not in the background, nor by nohup
    if is_asked:
        signal.signal(signal.SIGINT, _stop)
    from crm_mcp.cli import main as run  # under that handler

    if is_asked:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    finally:
        if is_asked:
            signal.signal(signal.SIGINT, _stop)


def _stop(_number: int, _frame: object) -> None:
    os.write(2, b"\nStopped.\n")
    os._exit(_EXIT_STOPPED)


if __name__ == "__main__":
    main()
