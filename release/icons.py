"""`python -m release.icons` draws packaging/icons/crm.svg as PNG files, with a Chromium of this machine."""

from __future__ import annotations

import shutil

from playwright.sync_api import sync_playwright

from release.project import PACKAGING

FOLDER = PACKAGING / "icons"
SIZES = (32, 128, 512)


def draw_all() -> None:
    """Write a file for each size."""
    svg = (FOLDER / "crm.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px}}</style>{svg}")
            page.screenshot(path=FOLDER / f"crm-{size}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw_all()
