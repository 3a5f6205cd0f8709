"""What the rest of the fake must know of People."""

from __future__ import annotations

from mockserver.crm.entry import CrmEntry, Generator, Recording, Variables

from .fake import BEARER, ROOT, PeopleFake
from .live import PeopleQuestions, PeopleScrubber, extend

ENTRY = CrmEntry(
    name="people",
    title="People",
    root=ROOT,
    is_one_path=False,
    build=PeopleFake,
    login_scheme=BEARER,
    login_keys=("", "token"),
    made_up_login=("", "people-token-{}"),
    real_url="https://people.example",
    host_word="people",
    variables=Variables(
        url="PEOPLE_URL", login=("", "PEOPLE_TOKEN"), url_example="your account, such as https://people.example"
    ),
    questions=lambda _module_ids: PeopleQuestions(),
    recording=Recording(
        lambda pseudonyms, _keeps_labels: PeopleScrubber(pseudonyms), writing_methods=frozenset({"POST", "PATCH"})
    ),
    generator=Generator(lambda _part: True, extend),
)
