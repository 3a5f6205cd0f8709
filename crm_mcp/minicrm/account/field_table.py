"""Field names that MiniCRM takes beside those of a schema, each with how that is known. Pure data.

`documented` is the API's own document, `observed` another official manual or a client that ran against the live API,
`assumed` a guess that does no harm: a name that the CRM does not know is refused or ignored by the CRM itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Provenance = Literal["documented", "observed", "assumed"]

PROJECT_FIELDS: Mapping[str, Provenance] = {
    "CategoryId": "documented",
    "ContactId": "documented",
    "StatusId": "documented",
    "UserId": "documented",
    "Name": "documented",
    "Deleted": "documented",
    "ReferenceId": "documented",
}
"""What a write of a project takes. Source: minicrm.txt, "Database Schema" and "Project (PUT)"."""

PROJECT_CRITERIA: Mapping[str, Provenance] = {
    **PROJECT_FIELDS,
    "Query": "documented",
    "UpdatedSince": "documented",
    "StatusGroup": "documented",
    "MainContactId": "observed",
    "Id": "assumed",
    "BusinessId": "assumed",
    "CreatedBy": "assumed",
    "CreatedAt": "assumed",
    "UpdatedBy": "assumed",
    "UpdatedAt": "assumed",
}
"""What a search of projects takes. Source: minicrm.txt, "Project search"; any field can be a criterion (observed)."""

CONTACT_FIELDS: Mapping[str, Provenance] = {
    "Type": "documented",
    "Name": "documented",
    "FirstName": "documented",
    "LastName": "documented",
    "BusinessId": "documented",
    "Email": "documented",
    "EmailType": "documented",
    "Phone": "documented",
    "PhoneType": "documented",
    "Position": "documented",
    "Description": "documented",
    "Url": "documented",
    "Industry": "documented",
    "Region": "documented",
    "VatNumber": "documented",
    "RegistrationNumber": "documented",
    "BankAccount": "documented",
    "Swift": "documented",
    "Employees": "documented",
    "YearlyRevenue": "documented",
    "ReferenceId": "documented",
    "Deleted": "assumed",
}
"""What a write of a contact takes. Source: minicrm.txt, "Contact (GET)" for the names and "Contact (PUT)"."""

CONTACT_CRITERIA: Mapping[str, Provenance] = {
    **CONTACT_FIELDS,
    "Query": "documented",
    "Id": "assumed",
    "UpdatedSince": "assumed",
}
"""What a search of contacts takes. Source: minicrm.txt, "Contact Search"."""

TASK_FIELDS: Mapping[str, Provenance] = {
    "ProjectId": "documented",
    "Comment": "documented",
    "Deadline": "documented",
    "Status": "documented",
    "UserId": "documented",
    "Type": "documented",
}
"""What a write of a task takes. Source: minicrm.txt, "Task (GET)" for the names and "Task (PUT)"."""

ADDRESS_FIELDS: Mapping[str, Provenance] = {
    "ContactId": "documented",
    "Type": "documented",
    "Name": "documented",
    "CountryId": "documented",
    "PostalCode": "documented",
    "City": "documented",
    "Address": "documented",
    "Default": "documented",
}
"""What a write of an address takes; no schema lists them. Source: minicrm.txt, "Address (GET)" and "Address (PUT)"."""
