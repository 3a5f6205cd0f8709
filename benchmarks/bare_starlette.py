"""What the fake is measured against: one Starlette endpoint that answers with a JSON record of the same size.

It runs under the fake's own server settings, and prints where it listens as the fake does.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockserver.server import serving

RECORD = {f"field_{i}": f"the value of field {i}" for i in range(15)}


def answer(request: Request) -> JSONResponse:
    """Answer `{"Records": [...]}` with the query echoed, so that it is read."""
    return JSONResponse({"Records": [{**RECORD, "id": request.query_params.get("CollectionTypeID", "")}]})


async def answer_soon(request: Request) -> JSONResponse:
    """Answer on the event loop: a plain function would be sent to a thread, which is slower."""
    return answer(request)


def main() -> None:
    """Listen on a free port until SIGTERM."""
    serving.exit_on_signals()
    listener = serving.bind_socket("127.0.0.1", 0)
    url = serving.format_url("127.0.0.1", listener)
    app: Any = Starlette(routes=[Route("/API/Records.php", answer_soon)])
    serving.serve(app, listener, log_level="warning", announce=lambda: print(f"listening on {url}", flush=True))


if __name__ == "__main__":
    main()
