"""Shows an app's page in a real browser, in a page that plays an MCP Apps host over a real server.

    with AppHost(User()) as host:                       # an assistant's host, on the CRMs that the environment names
        call = host.call("update_project", {...})       # what the model called
        with shown(browser, host, call, theme="dark", width=380) as (page, app):
            page.screenshot(path="plan.png", full_page=True)

`app` is the frame of the page: buttons in it call tools through the same host. `User` gives the replies to questions.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from mcp import Client
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.types import TextResourceContents
from playwright.sync_api import Browser, FrameLocator, Page, sync_playwright

from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from tests.crm_mcp.safe_writes.playing import User

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOST = Path(__file__).with_name("app_host.html").read_text(encoding="utf-8")
APPS = advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})
_CONTRASTS = """
body => {
  const parse = color => color.match(/[\\d.]+/g).map(Number);
  const linear = c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map(c => linear(c / 255))
    .reduce((sum, c, at) => sum + c * [.2126, .7152, .0722][at], 0);
  const behind = one => {
    for (let at = one; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return light(color);
    }
    return 1;
  };
  const texts = [...body.querySelectorAll("*")].filter(one => one.checkVisibility() && !one.closest(":disabled")
    && [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) && one.tagName !== "SCRIPT");
  return texts.map(one => {
    const [ink, paper] = [light(parse(getComputedStyle(one).color)), behind(one)];
    return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
  });
}
"""
Json = dict[str, Any]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool, as a host hands it on to the tool's page."""

    tool: str
    arguments: Json
    result: Json


class AppHost:
    """An assistant's host in a thread of its own; `user` answers questions, and cannot be asked where it is None."""

    def __init__(self, user: User | None = None, *, store: Store | None = None) -> None:
        self._user = user
        self._store = store or Store()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._stop = asyncio.Event()
        self._client: Client | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self._thread.start()
        started: Coroutine[Any, Any, None] = self._start()
        self._run(started)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._run(self._stopped())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, tool: str, arguments: Json) -> ToolCall:
        """Call a tool; return the call with its whole result."""
        return ToolCall(tool, arguments, self.call_tool(tool, arguments))

    def call_tool(self, tool: str, arguments: Json) -> Json:
        """Call a tool as a host does for its page."""
        result = self._run(self._connected.call_tool(tool, arguments))
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)

    def read_page(self, tool: str) -> tuple[str, str]:
        """Return the HTML and the media type of a tool's page, by the tool's own reference to it."""
        return self._run(self._read(tool))

    @property
    def _connected(self) -> Client:
        assert self._client is not None
        return self._client

    async def _read(self, tool: str) -> tuple[str, str]:
        (found,) = [one for one in (await self._connected.list_tools()).tools if one.name == tool]
        assert found.meta is not None
        (content,) = (await self._connected.read_resource(found.meta["ui"]["resourceUri"])).contents
        assert isinstance(content, TextResourceContents)
        return content.text, content.mime_type or ""

    async def _start(self) -> None:
        ready = asyncio.Event()
        self._serving = asyncio.create_task(self._serve(ready))
        await asyncio.wait([asyncio.create_task(ready.wait()), self._serving], return_when=asyncio.FIRST_COMPLETED)

    async def _serve(self, ready: asyncio.Event) -> None:
        pool = ConnectionPool(timeout_s=30)
        server = build_server(connect(pool, self._store), pool, store=self._store)
        async with Client(server, extensions=[APPS], elicitation_callback=self._user) as self._client:
            ready.set()
            await self._stop.wait()

    async def _stopped(self) -> None:
        await self._serving

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextlib.contextmanager
def launched() -> Generator[Browser]:
    """Start a browser, as few times as can be."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextlib.contextmanager
def shown(
    browser: Browser,
    host: AppHost,
    call: ToolCall,
    *,
    width: int = 900,
    height: int = 800,
    **options: Any,
) -> Generator[tuple[Page, FrameLocator]]:
    """Show the page of a call; `options` are what `show` of app_host.html takes. It fails where a script did."""
    page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: problems.append(request.url) if request.url.startswith("http") else None)
    page.expose_function("callTool", host.call_tool)  # pyright: ignore[reportUnknownMemberType]
    page.set_content(HOST)
    show_call(page, host, call, **options)
    yield page, page.frame_locator("iframe")
    page.close()
    assert problems == []


def show_call(page: Page, host: AppHost, call: ToolCall, **options: Any) -> None:
    """Show the page of a call anew, as a host does that was loaded again."""
    html, _ = host.read_page(call.tool)
    given = {"tool": call.tool, "arguments": call.arguments, "result": call.result}
    page.evaluate("([html, call, options]) => show(html, call, options)", [html, given, options])


def overflow_of(app: FrameLocator) -> int:
    """Return how many pixels the page is wider than its window."""
    return app.locator("html").evaluate("root => root.scrollWidth - root.clientWidth")


def read_contrasts(app: FrameLocator) -> list[float]:
    """Return the contrast of every text of the page that can be seen with what is behind it."""
    return app.locator("body").evaluate(_CONTRASTS)
