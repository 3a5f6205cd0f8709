"""What the rest of the fake must know of Ivinex."""

from __future__ import annotations

from mockserver.crm.entry import CrmEntry, Generator, Recording, Variables
from mockserver.http.basic_auth import BASIC
from mockserver.ivinex.deviations import DEVIATIONS
from mockserver.ivinex.fake import IvinexFake
from mockserver.ivinex.generate import can_extend, extend
from mockserver.ivinex.live.drift import IvinexQuestions
from mockserver.ivinex.live.record import IvinexScrubber
from mockserver.texts import mark

ENTRY = CrmEntry(
    name="ivinex",
    title="Ivinex",
    root="/API/Records.php",
    is_one_path=True,
    build=IvinexFake,
    login_scheme=BASIC,
    login_keys=("username", "password"),
    made_up_login=("fake-user-{}", "fake-password-{}"),
    real_url="https://demo.ivinex.com",
    host_word="",
    variables=Variables(
        url="IVINEX_URL",
        login=("IVINEX_USERNAME", "IVINEX_PASSWORD"),
        url_example="your portal, such as https://demo.ivinex.com",
        modules="IVINEX_MODULES",
    ),
    questions=IvinexQuestions,
    recording=Recording(lambda pseudonyms, _keeps_labels: IvinexScrubber(pseudonyms)),
    generator=Generator(can_extend, extend),
    deviations=DEVIATIONS,
    filter_parameters=("Filters", "Filter"),
    page_parameter="Offset",
    has_openapi=True,
    samples=(
        (mark("The first ten contacts"), "-u {login} '{url}/API/Records.php?CollectionTypeID=1001'"),
        (
            mark("Contacts whose first name starts with a letter, the newest first"),
            (
                "-u {login} -G '{url}/API/Records.php' -d CollectionTypeID=1001 -d 'OrderBy=created_date DESC'"
                ' --data-urlencode \'Filters=[{{"Field":"first_name","Operand":"StartsWith","Value":"j"}}]\''
            ),
        ),
        (
            mark("A new contact"),
            (
                "-u {login} '{url}/API/Records.php' -H 'Content-Type: application/json'"
                ' -d \'{{"Records":[{{"CollectionTypeID":1001,"first_name":"Ada","last_name":"Example"}}]}}\''
            ),
        ),
    ),
)
