"""Each error that the page about troubleshooting explains is really made, in these words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.fake_process import running_fake
from tests.docs.errors_played import play_all
from tests.docs.pages import DOCS
from tests.support.mcp_play import both_crms

pytestmark = pytest.mark.slow

TEXT = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
# What other programs say, or what is no error of a command.
OF_OTHERS = {"spawn ... ENOENT", "list_modules", "exact", "unknown", "address already in use"}
EXPLAINED = [text for text in re.findall(r"^### .*?`(.+?)`", TEXT, re.MULTILINE) if text not in OF_OTHERS]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("errors")
    with running_fake("--seed", "demo") as fake, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        settings = both_crms(fake.url) | {"CRM_MCP_STORE": "memory", "CRM_MCP_SETTINGS": "off"}
        yield "\n".join(" ".join(text.split()) for text in play_all(settings, Path(folder)))


def test_at_least_thirty_errors_are_explained() -> None:
    assert len(EXPLAINED) >= 30
    assert len(set(EXPLAINED)) == len(EXPLAINED)


def test_each_explained_error_is_made_in_these_words(said: str) -> None:
    patterns = {text: re.escape(text).replace(r"\.\.\.", ".*") for text in EXPLAINED}
    assert [text for text, pattern in patterns.items() if not re.search(pattern, said)] == []
