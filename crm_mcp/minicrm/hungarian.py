"""What MiniCRM calls its records, fields and prompts in Hungarian. Pure.

Nouns of questions to the person stand in the accusative: every question begins with what is to be done with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crm_mcp.mcp.prompts import PromptWords
from crm_mcp.safe_writes.consent import catalogue

_MONEY = {
    "Issue this invoice? It cannot be undone and is reported to the tax office at once.": (
        "Kiállítsam ezt a számlát? Nem vonható vissza, és azonnal a NAV-hoz kerül."
    ),
    "Issue this proforma invoice? It cannot be undone.": "Kiállítsam ezt a díjbekérőt? Nem vonható vissza.",
    "Set this invoice paid? It cannot be undone.": "Kiegyenlítve legyen ez a számla? Nem vonható vissza.",
    (
        "Set this proforma invoice paid? MiniCRM then issues the final invoice, which cannot be undone and is reported "
        "to the tax office at once."
    ): (
        "Kiegyenlítve legyen ez a díjbekérő? A MiniCRM ekkor kiállítja a végszámlát, ami nem vonható vissza, és "
        "azonnal a NAV-hoz kerül."
    ),
    "Cancel this invoice by a storno? It cannot be undone and is reported to the tax office at once.": (
        "Sztornózzam ezt a számlát? Nem vonható vissza, és azonnal a NAV-hoz kerül."
    ),
    "Cancel this proforma invoice? It cannot be undone.": "Sztornózzam ezt a díjbekérőt? Nem vonható vissza.",
    "Finalize this order?": "Véglegesítsem ezt a megrendelést?",
    "Open this order for editing again?": "Megnyissam újra szerkesztésre ezt a megrendelést?",
    "Set this order completed? It cannot be undone.": "Teljesített legyen ez a megrendelés? Nem vonható vissza.",
    "Set this order paid? It cannot be undone.": "Kiegyenlítve legyen ez a megrendelés? Nem vonható vissza.",
    "Cancel this order? It cannot be undone.": "Sztornózzam ezt a megrendelést? Nem vonható vissza.",
    "Delete this person for good? It cannot be undone.": "Véglegesen töröljem ezt a személyt? Nem vonható vissza.",
    "net {net}, VAT {vat}, gross {gross}": "nettó {net}, áfa {vat}, bruttó {gross}",
    "Customer": "Vevő",
    "Printed as": "A számlán",
    "VAT number": "Adószám",
    "Items": "Tételek",
    "Sums": "Összesen",
    "Issued on": "Kelt",
    "Delivered on": "Teljesítés",
    "Due on": "Fizetési határidő",
    "Payment": "Fizetési mód",
    "Remark": "Megjegyzés",
    "Number": "Sorszám",
    "Kind": "Típus",
    "Gross": "Bruttó",
    "Person": "Személy",
    "What goes with it": "Vele törlődik",
    "The same customer was billed the same sum already": "Ugyanez a vevő ugyanekkora számlát már kapott",
    "This overwrites in the contact": "A kapcsolatnál felülíródik",
    "payment_method=WiredTransfer": "átutalás",
    "payment_method=Cash": "készpénz",
    "type=Invoice": "számla",
    "type=Proforma": "díjbekérő",
}
"""Of questions about money, and about a person who is deleted for good."""

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
        **_MONEY,
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
    "dunning": PromptWords(
        "Lejárt számlák (MiniCRM)",
        "Kinek van lejárt kintlévősége; beszéljük meg, kit emlékeztetünk, és jöjjenek létre a teendők egyszerre.",
        {"days": "csak ami ennél több napja járt le; ha üres, mind"},
    ),
}
