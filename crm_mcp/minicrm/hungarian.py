"""What MiniCRM calls its records, fields and prompts in Hungarian. Pure.

Nouns of questions to the person stand in the accusative: every question begins with what is to be done with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crm_mcp.mcp.prompts import PromptWords
from crm_mcp.safe_writes.consent import catalogue

MINICRM_HUNGARIAN = replace(
    catalogue.HUNGARIAN,
    messages={
        **catalogue.HUNGARIAN.messages,
        "MiniCRM project": "MiniCRM-adatlapot",
        "MiniCRM contact": "MiniCRM-kapcsolatot",
        "MiniCRM task": "MiniCRM-teendőt",
        "MiniCRM address": "MiniCRM-címet",
        "Name": "név",
        "FirstName": "keresztnév",
        "LastName": "vezetéknév",
        "Email": "e-mail",
        "Phone": "telefon",
        "Description": "leírás",
        "StatusId": "státusz",
        "Status": "állapot",
        "UserId": "felelős",
        "Deadline": "határidő",
        "Comment": "megjegyzés",
        "Type": "típus",
        "CategoryId": "modul",
        "ContactId": "kapcsolat",
        "BusinessId": "cég",
        "ProjectId": "adatlap",
        "Type=Person": "személy",
        "Type=Business": "cég",
        "Status=Closed": "lezárt",
    },
)

_SINCE = {"since": "a hét egyik napja, tegnap, 7 nap vagy egy dátum"}
_MODULE = {"module": "a modul neve vagy azonosítója"}
PROMPTS_IN_HUNGARIAN: Mapping[str, PromptWords] = {
    "morning_overview": PromptWords(
        "Reggeli áttekintés (MiniCRM)",
        "Mi esedékes ma, és mi maradt el.",
        {"user": "egy felhasználó neve vagy azonosítója; ha üres, én magam"},
    ),
    "contact_brief": PromptWords(
        "Hívás előtt (MiniCRM)",
        "Amit hívás előtt tudni érdemes: ki ő, melyik céghez tartozik, milyen adatlapjai és nyitott teendői vannak.",
        {"contact": "egy személy vagy cég neve, e-mail-címe vagy telefonszáma"},
    ),
    "pipeline_review": PromptWords(
        "Folyamat áttekintése (MiniCRM)",
        "Melyik státuszban hány adatlap van, mi járt le, és mi akadt el.",
        _MODULE,
    ),
    "what_changed": PromptWords("Mi változott? (MiniCRM)", "Milyen változásokat láttunk; ha üres, hétfő óta.", _SINCE),
    "time_in_status": PromptWords(
        "Státuszban töltött idő (MiniCRM)",
        "Mennyi ideig maradnak az adatlapok egy-egy státuszban, a látott változások szerint.",
        _MODULE,
    ),
    "lost_cards": PromptWords(
        "Elveszített adatlapok (MiniCRM)",
        "Kitől ment el adatlap: sikertelen státuszba, máshoz vagy a lomtárba.",
        _SINCE,
    ),
}
