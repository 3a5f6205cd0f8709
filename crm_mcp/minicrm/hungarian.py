"""What MiniCRM calls its records and fields in Hungarian, for questions to the person. Pure.

Nouns stand in the accusative: every question begins with what is to be done with them.
"""

from __future__ import annotations

from dataclasses import replace

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
