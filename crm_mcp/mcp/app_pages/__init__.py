"""Pages of apps: a page's HTML with its styles and scripts, and those that all pages share, as one file.

A page may fetch nothing: the host forbids it, and so does the page itself, whose policy names each of its scripts and
styles by its hash, so that nothing that a stranger wrote into a CRM can ever run in it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources

from crm_mcp.languages.pages import page_in
from crm_mcp.languages.texts import Texts

_SHARED = {"style": "shared.css", "script": "shared.js"}
_PLACE = re.compile(r'<(style|script) data-(?:shared|file="([\w.]+)")></\1>')
_META = '<meta charset="utf-8">'


def build_page(package: str, file: str, texts: Texts) -> str:
    """Return a page whose HTML is a file of a package, in the language of its texts.

    The file marks where styles and scripts go: `<style data-shared></style>` those that all pages share, and
    `<script data-file="plan.js"></script>` another file of the package.
    """

    def put_in(place: re.Match[str]) -> str:
        tag, own = place.groups()
        content = _read(package, own) if own else _read(__name__, _SHARED[tag])
        return f"<{tag}>\n{content}</{tag}>"

    return _with_policy(page_in(_PLACE.sub(put_in, _read(package, file)), texts))


def _read(package: str, file: str) -> str:
    return resources.files(package).joinpath(file).read_text(encoding="utf-8")


def _with_policy(html: str) -> str:
    allowed = {tag: " ".join(map(_hash, re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL))) for tag in _SHARED}
    policy = f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']}"
    policy += "; base-uri 'none'; form-action 'none'"
    return html.replace(_META, f'{_META}\n<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
