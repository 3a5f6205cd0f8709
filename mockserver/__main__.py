"""`crm-mock`, and `python -m mockserver`: Ctrl-C ends it in one line from its first moment on."""

import os
import signal

_EXIT_STOPPED = 130


def main() -> None:
    """Run the command."""
    is_asked = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not in the background, nor by nohup
    if is_asked:
        signal.signal(signal.SIGINT, _stop)
    from mockserver.cli import main as run  # under that handler

    if is_asked:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run(prog_name="crm-mock")
    finally:
        if is_asked:
            signal.signal(signal.SIGINT, _stop)


def _stop(_number: int, _frame: object) -> None:
    os.write(2, b"\nStopped.\n")
    os._exit(_EXIT_STOPPED)


if __name__ == "__main__":
    main()
