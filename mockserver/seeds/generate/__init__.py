"""Makes believable data: a seed document of any size, on top of another one's modules, fields, statuses and users.

The same base, count and number give the same document on any machine, as long as the version of Faker is the same:
its lists of names change between versions. No address, number or domain leads anywhere: they end in `.example` or have
a 555 in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mockserver.seeds.generate.ivinex import generate_ivinex, share_records
from mockserver.seeds.generate.minicrm import generate_minicrm, share_rows
from mockserver.seeds.generate.words import Words

__all__ = ["generate_seed"]


def generate_seed(base: Mapping[str, object], count: int, random_seed: int = 1) -> dict[str, object]:
    """Return a seed that holds all of `base` and `count` records more.

    Half of them go to each CRM that the base has (an odd one to MiniCRM). Ivinex's are shared by its modules as the
    base's records are, evenly where it has none. Of MiniCRM's, 30 % are contacts (a quarter of those businesses), 40 %
    projects, 20 % tasks and 10 % addresses; all are contacts where the base has no modules.

    Args:
        base: A seed document that the fake loads.
        count: How many records to make.
        random_seed: Another number makes other data.
    """
    words = Words(random_seed)
    parts = {key: cast("dict[str, object]", base[key]) for key in ("ivinex", "minicrm") if base.get(key)}
    made = dict(base)
    ivinex = parts.get("ivinex", {})
    minicrm = parts.get("minicrm")
    of_ivinex = 0 if not ivinex.get("modules") else count if minicrm is None else count // 2
    if of_ivinex:
        made["ivinex"] = generate_ivinex(ivinex, share_records(ivinex, of_ivinex), words)
    if count > of_ivinex:
        made["minicrm"] = generate_minicrm(minicrm or {}, share_rows(minicrm or {}, count - of_ivinex), words)
    return made
