"""One request to the page: its path and form, the addresses of other pages, and responses from templates.

The templates escape all they show: seeds, records, paths and the Host header are not trusted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mockserver.crm.api import ApiResponse
from mockserver.crm.clock import ACCOUNT_ZONE
from mockserver.http.asgi import HttpRequest
from mockserver.page.language import build_switch, choose_language
from mockserver.registry import CRMS
from mockserver.texts import LANGUAGES, Texts
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
    # Stricter ones make browsers send `Origin: null` with a form, as forms of other sites may.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class FormError(Exception):
    """A form cannot be carried out; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One request to the page.

    Attributes:
        http: The HTTP request.
        workspace: The workspace that the address names.
        parts: The path below the workspace's own root, such as `("ivinex", "1001")`.
        workspace_names: All workspaces, to choose from.
        is_private: Whether the request may use the control endpoints, and so may see what this server holds.
        has_token: Whether the control endpoints demand a token.
    """

    http: HttpRequest
    workspace: Workspace
    parts: tuple[str, ...]
    workspace_names: tuple[str, ...] = ()
    is_private: bool = True
    has_token: bool = False

    @property
    def texts(self) -> Texts:
        """The texts in the language of whoever reads the page."""
        return Texts(choose_language(self.http))

    @property
    def needs_token(self) -> bool:
        """Whether the control token would open the page."""
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

    @property
    def action(self) -> str:
        """The last part of an address such as `data/reset`; empty where there is none."""
        return self.parts[1] if len(self.parts) > 1 else ""

    def read_form(self) -> Mapping[str, str]:
        """Return the posted form, its line ends as one character; of repeated names the last value."""
        text = self.http.body.decode(errors="replace")
        form = parse_qsl(text, keep_blank_values=True, max_num_fields=2000)
        return {name: value.replace("\r\n", "\n") for name, value in form}

    def build_url(self, *parts: object, **query: object) -> str:
        """Return the address of a page of this workspace; query values that are empty or None are left out."""
        return build_url(self.workspace.name, *parts, **query)

    def render(self, template: str, *, status: int = 200, **context: object) -> ApiResponse:
        """Return a page."""
        html = self.render_text(template, **context)
        return ApiResponse(status, html.encode(errors="replace"), "text/html; charset=utf-8", headers=HEADERS)

    def render_text(self, template: str, **context: object) -> str:
        """Return a rendered template, in the language of the reader; beside its own context it has the shared one."""
        language = self.texts.language
        return _read_templates(language).get_template(template).render(**self._share(), **context)

    def _share(self) -> Mapping[str, object]:
        """Return what every template has: `say` is for texts that code marked, `_` for those that templates hold."""
        texts = self.texts
        return {
            "request": self,
            "url": self.build_url,
            "static_url": static_url,
            "root": ROOT,
            "zone": ACCOUNT_ZONE,
            "language": texts.language,
            "languages": LANGUAGES,
            "switch_to": partial(build_switch, self.http),
            "say": texts.text,
            "number": texts.write_number,
            "day": texts.write_day,
        }

    def redirect(self, *parts: object, **query: object) -> ApiResponse:
        """Redirect to a page of this workspace, as after every action."""
        return redirect(self.build_url(*parts, **query))

    def refuse(self, status: int, title: str, text: str) -> ApiResponse:
        """Return a page that says why the request was refused."""
        return self.render("refusal.html", status=status, title=title, text=text)

    def refuse_action(self) -> ApiResponse:
        """Refuse an action that no form of the page sends."""
        return self.refuse(404, self.texts.text("Not here"), self.texts.text("There is no such action."))


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
    """Redirect to an address of this server."""
    return ApiResponse(303, b"", "text/plain; charset=utf-8", headers={**HEADERS, "Location": url, **(headers or {})})


def serve_static(name: str) -> ApiResponse | None:
    """Return a static file, which browsers may cache for ever: its address changes with its content."""
    if name not in STATIC_TYPES:
        return None
    headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return ApiResponse(200, _read_static(name), STATIC_TYPES[name], headers=headers)


def static_url(name: str) -> str:
    """Return the address of a static file, with a digest of its content."""
    return f"{ROOT}/static/{name}?v={hashlib.sha256(_read_static(name)).hexdigest()[:12]}"


@cache
def _read_static(name: str) -> bytes:
    return files("mockserver.page").joinpath("static", name).read_bytes()


def in_english(message: object) -> Markup:
    """Return what programs read too, and so is English in every language of the page."""
    return Markup('<span lang="en">{}</span>').format(str(message))


@cache
def _read_templates(language: str) -> Environment:
    templates = Environment(
        loader=PackageLoader("mockserver.page"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    texts = Texts(language)
    templates.install_gettext_callables(texts.text, texts.nform, newstyle=True)  # type: ignore[attr-defined]
    return templates
