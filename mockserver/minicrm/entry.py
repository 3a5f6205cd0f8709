"""What the rest of the fake must know of MiniCRM."""

from __future__ import annotations

from mockserver.crm.entry import CrmEntry, Generator, Recording, Variables
from mockserver.http.basic_auth import BASIC
from mockserver.minicrm.deviations import DEVIATIONS
from mockserver.minicrm.endpoints.examples import list_examples
from mockserver.minicrm.fake import MinicrmFake
from mockserver.minicrm.live.drift import SPARSE_SEED, MinicrmQuestions
from mockserver.minicrm.live.record import DELETING_ENDPOINT, READING_ENDPOINTS, READING_PATHS, MinicrmScrubber
from mockserver.minicrm.routing.open_paths import OPEN_PATHS
from mockserver.minicrm.seeding.generate import can_extend, extend
from mockserver.minicrm.webhooks.changes import WEBHOOK_KINDS
from mockserver.texts import mark

ENTRY = CrmEntry(
    name="minicrm",
    title="MiniCRM",
    root="/Api/R3",
    is_one_path=False,
    build=MinicrmFake,
    login_scheme=BASIC,
    login_keys=("system_id", "api_key"),
    made_up_login=("9{:06}", "fake-api-key-{}"),
    real_url="https://r3.minicrm.hu",
    further_hosts=("r3.minicrm.io",),
    host_word="minicrm",
    variables=Variables(
        url="MINICRM_URL",
        login=("MINICRM_SYSTEM_ID", "MINICRM_API_KEY"),
        default_url="https://r3.minicrm.hu",
        requests_per_minute="MINICRM_REQUESTS_PER_MINUTE",
    ),
    questions=lambda _module_ids: MinicrmQuestions(),
    recording=Recording(
        lambda pseudonyms, keeps_labels: MinicrmScrubber(pseudonyms, keeps_labels=keeps_labels),
        has_labels=True,
        reading_endpoints=READING_ENDPOINTS,
        reading_paths=READING_PATHS,
        deleting_endpoint=DELETING_ENDPOINT,
    ),
    generator=Generator(can_extend, extend),
    deviations=DEVIATIONS,
    page_parameter="Page",
    count_key="Count",
    further_roots=tuple(
        f"/Api/{name}" for name in ("Invoice", "Order", "Offer", "CallLog", "Signup", "SharedFilter", "SyncFeed")
    ),
    open_paths=OPEN_PATHS,
    has_openapi=True,
    list_examples=list_examples,
    webhook_kinds=WEBHOOK_KINDS,
    sparse_seeds=(SPARSE_SEED,),
    samples=(
        (mark("The modules"), "-u {login} '{url}/Api/R3/Category'"),
        (mark("The fields of people"), "-u {login} '{url}/Api/R3/Schema/Person'"),
        (mark("Open projects"), "-u {login} '{url}/Api/R3/Project?StatusGroup=Open'"),
    ),
)
