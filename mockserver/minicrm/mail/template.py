"""One template of a module: its row, and the endpoints that list and read templates; none writes them (observed)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from mockserver.crm.api import SeedError
from mockserver.minicrm import rules
from mockserver.minicrm.account import READER
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.responses import render_list
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.seeding.rows import PATH, SeedReader, take_row_id
from mockserver.minicrm.store import Row, Table, list_rows

TEMPLATE_TYPES = {"Email": "Email", "Todo": "To do", "Sms": "SMS", "File": "File"}
"""What a list calls a type, and the label that a detail has: "To do" is observed (grade B), the others are assumed."""


@dataclass(slots=True, kw_only=True)
class Template(Row):
    """One template; `content` is HTML, `folders` are the ids of folders from the outermost one."""

    TABLE: ClassVar[Table] = Table("template", "templates", {"by_category": "(category_id)"})
    category_id: int
    type: str = "Email"
    name: str = ""
    subject: str = ""
    content: str = ""
    folder_id: int = 0
    folders: list[object] = field(default_factory=list[object])


def list_templates(context: RequestContext) -> object:
    """Answer `GET /TemplateList/{module}`: `{"Count": n, "Results": [...]}`, ids ascending (assumed).

    Source: the official manual (grade B); a module that does not exist is 404 (assumed).
    """
    module_id = context.read_target_id()
    if module_id not in context.account.modules:
        raise RefusalError(rules.WRONG_ID, hints=[f"there is no module {module_id}; {rules.WHERE_TO_FIND['Module']}"])
    templates = list_rows(context.connection, Template, "category_id = ?", (module_id,))
    rows = [
        {"Id": each.id, "Type": each.type, "Name": each.name, "Url": context.build_url("Template", each.id)}
        for each in templates
    ]
    return render_list(context.profile, len(rows), rows)


def get_template(context: RequestContext) -> object:
    """Answer `GET /Template/{id}`.

    Source: the official manual (grade B).
    """
    template = context.read_target(Template)
    return {
        "Id": template.id,
        "CategoryId": template.category_id,
        "Type": TEMPLATE_TYPES[template.type],
        "Name": template.name,
        "Subject": template.subject,
        "Content": template.content,
        "FolderId": template.folder_id,
        "Folders": template.folders,
    }


def read_template(reader: SeedReader, part: dict[str, object], path: str) -> Template:
    """Read one template out of a seed; its keys are the API's."""
    category_id = READER.take_id(part.pop("CategoryId", None), f"{path}.CategoryId")
    if category_id not in reader.account.modules:
        raise SeedError(f"{path}.CategoryId: there is no module {category_id} in {PATH}.modules")
    folders = READER.take_items(part.pop("Folders", []), f"{path}.Folders")
    template = Template(
        id=take_row_id(part, path),
        category_id=category_id,
        type=READER.take_word(part.pop("Type", "Email"), f"{path}.Type", list(TEMPLATE_TYPES)),
        folder_id=READER.take_id(part.pop("FolderId", 0), f"{path}.FolderId"),
        folders=[READER.take_id(*each) for each in folders],
    )
    texts = {key: READER.take_text(value, f"{path}.{key}") for key, value in part.items()}
    READER.take_object(texts, path, ("Name", "Subject", "Content"))
    template.name = texts.get("Name", "")
    template.subject, template.content = texts.get("Subject", ""), texts.get("Content", "")
    return template
