"""Makes the pictures anew; look at the diff, and at them."""

from __future__ import annotations

from tests.images import demo_svg, screenshots

if __name__ == "__main__":
    demo_svg.FILE.parent.mkdir(exist_ok=True)
    demo_svg.FILE.write_text(demo_svg.draw(demo_svg.choose_steps(demo_svg.play_in_color())), encoding="utf-8")
    screenshots.take_all()
