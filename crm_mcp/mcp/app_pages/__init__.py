"""Pages of apps: a page's own HTML with the style and the script that all pages share, as one file without addresses.

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

_SHARED = (("style", "shared.css"), ("script", "shared.js"))
_META = '<meta charset="utf-8">'


def build_page(package: str, file: str, texts: Texts) -> str:
    """Return a page whose HTML is a file of a package, in the language of its texts.

    The file marks by `<style data-shared></style>` and `<script data-shared></script>` where the shared parts go.
    """
    html = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    for tag, shared in _SHARED:
        content = resources.files(__name__).joinpath(shared).read_text(encoding="utf-8")
        html = html.replace(f"<{tag} data-shared></{tag}>", f"<{tag}>\n{content}</{tag}>", 1)
    return _with_policy(page_in(html, texts))


def _with_policy(html: str) -> str:
    allowed = {tag: " ".join(map(_hash, re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL))) for tag, _ in _SHARED}
    policy = f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']}"
    policy += "; base-uri 'none'; form-action 'none'"
    return html.replace(_META, f'{_META}\n<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
