from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

import mockserver
from tests.mockserver.conftest import StartFake
from tests.mockserver.page.reading import Element, parse_page, post
from tests.support.in_process import InProcessFake

ROOT = Path(mockserver.__file__).parent
TEMPLATES = sorted((ROOT / "page" / "templates").glob("*.html"))
# The word of the page that stands for itself in every language, and that of a clock.
_OF_NO_LANGUAGE = {"crm-mock", "UTC", "ms"}


def open_in(fake: InProcessFake, header: str, path: str = "/") -> Element:
    return parse_page(fake.client.get(path, headers={"Accept-Language": header}).text)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("hu", "hu"),
        ("hu-HU,hu;q=0.9,en-US;q=0.8,en;q=0.7", "hu"),
        ("de,hu;q=0.3,en;q=0.2", "hu"),
        ("en;q=0.8, HU;q=0.9", "hu"),
        ("en,hu;q=0.9", "en"),
        ("hu;q=0,de", "en"),
        ("hu;q=x", "en"),
        ("*", "en"),
        ("*;q=0.1,hu;q=0.5", "hu"),
        ("hu;Q=0.1,en;q=0.9", "en"),
        ("hu;level=1;q=0.1,en;q=0.9", "en"),
        ("en;q=0,*", "hu"),
        ("*,hu;q=0.1", "en"),
        ("", "en"),
        ("\u00e1,;=;q=,,", "en"),
    ],
)
def test_the_page_speaks_the_language_that_the_browser_wants_most(start_fake: StartFake, header: str, language: str):
    response = start_fake().client.get("/", headers=[(b"Accept-Language", header.encode("latin-1"))])

    assert parse_page(response.text).find("html").attributes["lang"] == language
    assert response.headers["content-language"] == language
    assert response.headers["vary"] == "Accept-Language, Cookie"


def test_a_choice_beats_the_browser_and_is_remembered(start_fake: StartFake):
    fake = start_fake()
    switch = open_in(fake, "en", "/_page/journal?outcome=fault").find("a", hreflang="hu")
    assert switch.text == "Magyar"

    response = fake.client.get(f"/_page/journal{switch.attributes['href']}")

    assert parse_page(response.text).find("h1").text == "Napl\u00f3"
    assert "outcome=fault&lang=hu" in str(response.url)
    assert open_in(fake, "en", "/_page/faults").find("html").attributes["lang"] == "hu"
    assert fake.client.get("/?lang=xx").headers["content-language"] == "hu"
    fake.client.get("/?lang=en")
    assert open_in(fake, "hu").find("html").attributes["lang"] == "en"


def test_what_python_says_is_hungarian_too(start_fake: StartFake):
    fake = start_fake()
    fake.client.get("/?lang=hu")
    post(fake, "/_page/faults/add", kind="status", status="503", delay_s="0.5", path="/Api/R3/Project*", times="1")

    refused = parse_page(post(fake, "/_page/faults/add", kind="status", status="many").text)
    unknown = parse_page(fake.client.get("/_page/ivinex/nothing").text)
    shown = parse_page(fake.client.get("/_page/faults").text)

    assert "\u00c1llapotk\u00f3d: eg\u00e9sz sz\u00e1m kell" in refused.find(role="alert").text
    assert "ezen a munkater\u00fcleten nincs ilyen fajta" in unknown.text
    assert "v\u00e1lasz ezzel az \u00e1llapotk\u00f3ddal (503), 0,5 s, legfeljebb 1 alkalommal" in shown.text


def test_what_programs_read_too_is_marked_as_english(start_fake: StartFake):
    fake = start_fake()
    fake.search(Limit="many")

    reason = open_in(fake, "hu", "/_page/journal/1").find(lang="en", **{"class": "reason"})

    assert reason.text.startswith("Limit must be a whole number")


def test_the_control_endpoints_and_the_apis_speak_english_to_a_hungarian_browser(start_fake: StartFake):
    fake = start_fake()
    headers = {"Accept-Language": "hu"}
    for path in ("/_control/health", "/_control/nothing", "/API/Records.php?Limit=x"):
        hungarian, english = fake.client.get(path, headers=headers), fake.client.get(path)
        assert hungarian.text == english.text
        assert "content-language" not in hungarian.headers


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_a_template_holds_no_words_outside_the_catalogue(template: Path):
    text = template.read_text(encoding="utf-8")
    # What is seen: the text between tags, and the attributes that are read out.
    shown = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    attributes = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"{]*)"', shown)
    words = [word for part in (re.sub(r"<[^>]*>", " ", shown), *attributes) for word in re.findall(r"[\w-]{2,}", part)]
    assert [word for word in words if re.search(r"[A-Za-z]{2}", word) and word not in _OF_NO_LANGUAGE] == []


def test_the_script_of_the_page_holds_no_words(start_fake: StartFake):
    script = (ROOT / "page" / "static" / "page.js").read_text(encoding="utf-8")
    said = re.findall(r'(?:textContent = |announce\()[^;]*["`][A-Z]', script)
    assert said == []
    names = set(re.findall(r"\btexts\.(\w+)", script))
    body = open_in(start_fake(), "hu").find("body").attributes
    given = {re.sub(r"-(\w)", lambda found: found[1].upper(), name.removeprefix("data-")) for name in body}
    assert names == given


def read_catalogue() -> Catalog:
    with (ROOT / "locale" / "hu" / "LC_MESSAGES" / "mockserver.po").open("rb") as file:
        return read_po(file)


PAGES = [
    "/",
    "/_page/ivinex",
    "/_page/ivinex/1001",
    "/_page/ivinex/1001?value=qqqq",
    "/_page/ivinex/1001/new",
    "/_page/ivinex/1001/1",
    "/_page/minicrm/person?order=BusinessId",
    "/_page/minicrm/project-11",
    "/_page/minicrm/project-11/6001",
    "/_page/minicrm/project-11/6002",
    "/_page/minicrm/task/7001",
    "/_page/journal",
    "/_page/journal/1",
    "/_page/journal/99",
    "/_page/faults",
    "/_page/webhooks?done=add",
    "/_page/data?done=reset",
    "/_page/workspaces?done=create&name=x",
    "/_page/nothing",
]


def test_no_page_in_hungarian_shows_a_text_of_ours_in_english(start_fake: StartFake):
    """Data of the seed, and what the APIs say, stay as they are."""
    from mockserver.seeds.load import read_seed

    fake = start_fake(dict(read_seed("demo")))
    fake.search(Limit="many")
    post(fake, "/_page/faults/switch", name="busy", on="1")
    ours = {
        each
        for message in read_catalogue()
        for each in ([message.id] if isinstance(message.id, str) else message.id)
        if each.count(" ") > 1 and not re.search(r"[%{<]", each) and each != message.string
    }
    assert len(ours) > 100

    for path in PAGES:
        page = open_in(fake, "hu", path)
        found = sorted(each for each in ours if each in " ".join(page.text.split()))
        assert found == [], path
        assert "MIME-Version" not in page.text, path
        assert page.find("html").attributes["lang"] == "hu"


def test_a_name_of_the_seed_is_escaped_in_every_language(start_fake: StartFake):
    fake = start_fake({"ivinex": {"modules": {"1": {"name": "<b>%(x)s</b>", "title": "<i>"}}}, "minicrm": {}})
    for header in ("en", "hu"):
        html = fake.client.get("/_page/ivinex/1/new", headers={"Accept-Language": header}).text
        assert "<b>%(x)s" not in html
        assert "&lt;b&gt;%(x)s&lt;/b&gt;" in html
