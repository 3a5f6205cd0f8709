"""The page at `/`, for people: what this server is, what is in it, what to paste into a terminal. No script is needed.

Everything that is not written here is escaped: seeds, paths and the Host header come from strangers.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from html import escape

from mockserver.exchange import ApiAnswer
from mockserver.registry import CRMS, CrmEntry
from mockserver.version import read_version
from mockserver.workspace import Workspace

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6775; --paper: #fff; --wash: #f3f5f8; --line: #d9dfe7;
        --tint: #0b62a8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ef; --soft: #9aa7b5; --paper: #14191f; --wash: #1e252d; --line: #323c47; --tint: #77b9f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 54rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
       font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; }
p { margin: .5rem 0; } .soft { color: var(--soft); } a { color: var(--tint); }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; user-select: all;
      margin: .25rem 0 .9rem; padding: .6rem .8rem; }
table { border-collapse: collapse; margin: .5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem 1.25rem .25rem 0; text-align: left; }
th { font-weight: 600; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""
_ABOUT = (
    "<p>A stand-in for the Ivinex and MiniCRM HTTP APIs, for developing and testing against."
    " It keeps what is written to it; no real CRM is behind it.</p>"
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_CONTROL_TEXTS = {
    "/_control/health": "version, profile, counts",
    "/_control/reset": "back to the seed",
    "/_control/seed": "replace all data by a seed document",
    "/_control/requests": "the journal: what was asked, answered, and why it was refused",
    "/_control/clock": "the account's time: read, set, freeze",
    "/_control/snapshot": "the whole state, out and in",
}


def render_page(
    workspace: Workspace,
    *,
    seed_name: str,
    base_url: str,
    endpoints: Sequence[tuple[str, Sequence[str]]],
    is_private: bool,
) -> ApiAnswer:
    """Return the page.

    Args:
        workspace: What is shown.
        seed_name: How to call the seed the server was started with; it may be a path, so it is shown in private only.
        base_url: Where the reader reached the server.
        endpoints: The control endpoints' paths and methods.
        is_private: Whether the reader may use the control endpoints, and so may see logins and counts.
    """
    profile = workspace.profile
    facts = [f"version {read_version()}", f"profile {profile.name}", f"language {profile.language}"]
    if seed_name and is_private:
        facts.append(f"started with the seed {seed_name}")
    parts = [
        "<h1>crm-mock</h1>",
        _ABOUT,
        f'<p class="soft">{escape(" · ".join(facts))}</p>',
    ]
    for entry in CRMS:
        parts += _render_crm(workspace, entry, base_url, is_private=is_private)
    parts += _render_control(endpoints, base_url, is_private=is_private)
    html = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>crm-mock</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head>\n<body>\n{chr(10).join(parts)}\n</body></html>\n"
    )
    return ApiAnswer(200, html.encode(), "text/html; charset=utf-8", headers=_HEADERS)


def _render_crm(workspace: Workspace, entry: CrmEntry, base_url: str, *, is_private: bool) -> list[str]:
    parts = [
        f"<h2>{escape(entry.title)}</h2>",
        f"<p>At <code>{escape(base_url + entry.root)}</code>, with HTTP Basic authentication.</p>",
    ]
    if not is_private:
        return parts
    crm = workspace.crms[entry.name]
    logins = crm.list_logins()
    shown = ", ".join(f"<code>{escape(name)}</code> / <code>{escape(secret)}</code>" for name, secret in logins)
    counts = "".join(
        f'<tr><td>{escape(kind)}</td><td class="number">{count}</td></tr>' for kind, count in crm.counts().items()
    )
    parts += [f"<p>Login: {shown}</p>", f"<table><tr><th>What it holds</th><th></th></tr>{counts}</table>"]
    login = shlex.quote(":".join(logins[0])) if logins else "USER:PASSWORD"
    for text, arguments in entry.samples:
        command = f"curl {arguments.format(login=login, url=base_url)}"
        parts += [f"<p>{escape(text)}</p>", f"<pre>{escape(command)}</pre>"]
    return parts


def _render_control(endpoints: Sequence[tuple[str, Sequence[str]]], base_url: str, *, is_private: bool) -> list[str]:
    parts = ["<h2>Control</h2>"]
    if not is_private:
        return [*parts, '<p class="soft">Counts, logins and controls are shown only to those who may use them.</p>']
    rows = ""
    for path, methods in endpoints:
        shown = f'<a href="{escape(path)}">{escape(path)}</a>' if "GET" in methods else escape(path)
        about = escape(_CONTROL_TEXTS.get(path, ""))
        rows += (
            f"<tr><td><code>{escape(', '.join(methods))}</code></td><td><code>{shown}</code></td><td>{about}</td></tr>"
        )
    url = escape(base_url)
    return [
        *parts,
        f"<table>{rows}</table>",
        "<p>The last five requests, with the reason of each refusal</p>",
        f"<pre>curl '{url}/_control/requests?limit=5'</pre>",
        "<p>Back to the seed</p>",
        f"<pre>curl -X POST '{url}/_control/reset'</pre>",
    ]
