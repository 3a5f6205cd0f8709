"""One request to the page: what was asked, where links go, and how an answer is made of a template.

Everything shown is escaped by the templates: seeds, records, paths and the Host header come from strangers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qs, quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from mockserver.registry import CRMS
from mockserver.workspaces.workspace import DEFAULT_NAME, Workspace

ROOT = "/_page"
STATIC_TYPES = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Stricter ones make browsers send `Origin: null` with a form, which then could not be told from a stranger's.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One request to the page.

    Attributes:
        http: The HTTP request.
        workspace: The workspace that is looked at.
        parts: The path below the workspace's own root, such as `("ivinex", "1001")`.
        workspace_names: All workspaces, to choose from.
        is_private: Whether the visitor may use the control endpoints, and so may see what this server holds.
        has_token: Whether the control endpoints demand a token.
    """

    http: HttpRequest
    workspace: Workspace
    parts: tuple[str, ...]
    workspace_names: tuple[str, ...] = ()
    is_private: bool = True
    has_token: bool = False

    @property
    def needs_token(self) -> bool:
        """Whether the visitor would get in by giving the control token."""
        return self.has_token and not self.is_private

    @property
    def query(self) -> Mapping[str, str]:
        """The query; of repeated names the last."""
        return dict(self.http.query)

    def list_menu(self) -> Sequence[Mapping[str, object]]:
        """Return each CRM with the kinds of records that can be listed, for the menu."""
        kinds = {entry: self.workspace.crms[entry.name].record_views().list_kinds() for entry in CRMS}
        return [
            {"name": entry.name, "title": entry.title, "kinds": [kind for kind in own if kind.is_listed]}
            for entry, own in kinds.items()
        ]

    def read_form(self) -> Mapping[str, list[str]]:
        """Return the posted form, its line ends as one character."""
        text = self.http.body.decode(errors="replace")
        form = parse_qs(text, keep_blank_values=True, max_num_fields=2000)
        return {name: [value.replace("\r\n", "\n") for value in values] for name, values in form.items()}

    def build_url(self, *parts: object, **query: object) -> str:
        """Return the address of a page of this workspace; query values that are empty or None are left out."""
        return build_url(self.workspace.name, *parts, **query)

    def render(self, template: str, *, status: int = 200, **context: object) -> ApiResponse:
        """Return a page."""
        html = self.render_text(template, **context)
        return ApiResponse(status, html.encode(errors="replace"), "text/html; charset=utf-8", headers=HEADERS)

    def render_text(self, template: str, **context: object) -> str:
        """Return what a template makes of a context, in which `request` and `url` always are."""
        shared = {"request": self, "url": self.build_url, "static_url": static_url, "root": ROOT}
        return _read_templates().get_template(template).render(**shared, **context)

    def redirect(self, *parts: object, **query: object) -> ApiResponse:
        """Send the visitor on to a page of this workspace, as after every action."""
        return redirect(self.build_url(*parts, **query))

    def refuse(self, status: int, title: str, text: str) -> ApiResponse:
        """Return a page that says why there is nothing else."""
        return self.render("refusal.html", status=status, title=title, text=text)


def build_url(workspace: str, *parts: object, **query: object) -> str:
    """Return the address of a page."""
    if workspace == DEFAULT_NAME and not parts:
        path = "/"
    else:
        own = () if workspace == DEFAULT_NAME else ("w", workspace)
        path = "/".join((ROOT, *(quote(str(part), safe="") for part in (*own, *parts))))
    sent = {name: value for name, value in query.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(sent)}" if sent else path


def redirect(url: str, headers: Mapping[str, str] | None = None) -> ApiResponse:
    """Send the visitor on to an address of this server."""
    return ApiResponse(303, b"", "text/plain; charset=utf-8", headers={**HEADERS, "Location": url, **(headers or {})})


def serve_static(name: str) -> ApiResponse | None:
    """Return a style, script or picture of the page's own, which may be kept for ever: its address changes with it."""
    if name not in STATIC_TYPES:
        return None
    headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return ApiResponse(200, _read_static(name), STATIC_TYPES[name], headers=headers)


def static_url(name: str) -> str:
    """Return the address of a style, script or picture."""
    return f"{ROOT}/static/{name}?v={hashlib.sha256(_read_static(name)).hexdigest()[:12]}"


@cache
def _read_static(name: str) -> bytes:
    return files("mockserver.page").joinpath("static", name).read_bytes()


@cache
def _read_templates() -> Environment:
    return Environment(
        loader=PackageLoader("mockserver.page"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
