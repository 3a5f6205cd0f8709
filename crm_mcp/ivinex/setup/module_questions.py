"""The module ids of a portal, asked of the portal itself and named by the person."""

from __future__ import annotations

from collections.abc import Mapping

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.asking.checking import find_problem, read_values
from crm_mcp.asking.field_naming import clip_line
from crm_mcp.errors import CrmError
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.ivinex.setup.module_search import FIRST_ID, FoundModule, search_modules, suggest_names
from crm_mcp.languages import Texts

_texts = Texts(__file__)
_KEY = "ivinex.modules"
_MOST_FIELDS = 5
_TAKE, _RENAME, _FURTHER, _TYPE = "take", "rename", "further", "type"


class ModuleQuestions:
    """Finds the modules of one account and has them named.

    Attributes:
        found: The modules that answered, by id.
    """

    def __init__(self, asks: Asks, client: IvinexClient) -> None:
        self.found: list[FoundModule] = []
        self._asks = asks
        self._client = client
        self._names: dict[str, str] = {}
        self._next_id = FIRST_ID

    async def ask(self, before: Mapping[str, str]) -> dict[str, str]:
        """Return the ids by name."""
        if self._asks.knows(_KEY):
            return await self._type(before)
        await self._search()
        self._names |= {module_id: name for name, module_id in before.items()}
        while True:
            self._show()
            match await self._ask_what_now():
                case "take":
                    return {name: module_id for module_id, name in self._names.items() if name}
                case "rename":
                    await self._rename()
                case "further":
                    await self._search_further()
                case _:
                    return await self._type({name: module_id for module_id, name in self._names.items()} or before)

    async def _search(self) -> None:
        with self._asks.working(_texts.text("Looking for the modules of your portal, id by id...")):
            search = await search_modules(self._client, self._next_id)
        if search.stopped_by is not None:
            self._asks.say(_tell_end(search.stopped_by), "bad")
        self.found = [*self.found, *search.found]
        self._names = suggest_names(self.found) | {one: name for one, name in self._names.items() if name}
        self._next_id = search.last_id + 1

    def _show(self) -> None:
        if not self._names:
            self._asks.say(
                _texts.text("No module answered up to id {last_id}.", last_id=self._next_id - 1)
                + " "
                + _texts.text("Is the address that of your portal? You can also type the ids yourself."),
                "note",
            )
            return
        self._asks.say(_texts.text("These modules answered; what their fields look like gave them their names:"))
        fields = {one.module_id: _describe(one) for one in self.found}
        self._asks.table([(one, name or "-", fields.get(one, "")) for one, name in self._names.items()])

    async def _ask_what_now(self) -> str:
        found = [
            Choice(_TAKE, _texts.text("Take these names")),
            Choice(_RENAME, _texts.text("Change a name, or leave a module out")),
        ]
        choices = [
            *(found if self._names else ()),
            Choice(_TYPE, _texts.text("Type the ids myself (Admin Portal, Module_ID)")),
            Choice(_FURTHER, _texts.text("Look at other ids")),
        ]
        return await self._asks.choose("ivinex.modules_found", _texts.text("Are these right?"), choices)

    async def _rename(self) -> None:
        choices = [Choice(one, f"{one}  {name or '-'}") for one, name in self._names.items()]
        module_id = await self._asks.choose("ivinex.rename", _texts.text("Which module?"), choices)

        def check(name: str) -> str:
            taken = {other.casefold() for one, other in self._names.items() if one != module_id}
            if name.casefold() in taken:
                return _texts.text("Another module is called that already.")
            return _explain(find_problem(IvinexSettings, "modules", f"{name}=1")) if name else ""

        self._asks.say(_texts.text("Contacts must be called contact, notes note. An empty name leaves it out."), "hint")
        question = _texts.text("What is module {module_id} called?", module_id=module_id)
        self._names[module_id] = await self._asks.text(
            f"ivinex.rename.{module_id}", question, default=self._names[module_id], check=check
        )

    async def _search_further(self) -> None:
        def check(answer: str) -> str:
            is_id = answer.isascii() and answer.isdigit() and len(answer) < 10
            return "" if is_id else _texts.text("An id is a number.")

        question = _texts.text("From which id on?")
        self._next_id = int(await self._asks.text("ivinex.first_id", question, default=str(self._next_id), check=check))
        known = {one.module_id for one in self.found}
        await self._search()
        self.found = [one for at, one in enumerate(self.found) if at < len(known) or one.module_id not in known]

    async def _type(self, before: Mapping[str, str]) -> dict[str, str]:
        answer = await self._asks.text(
            _KEY,
            _texts.text("Names and ids, such as contact=1001,note=1002"),
            default=",".join(f"{name}={module_id}" for name, module_id in before.items()),
            check=lambda text: _explain(find_problem(IvinexSettings, "modules", text)) or _missing(text),
        )
        return dict(read_values(IvinexSettings, {"modules": answer}).modules)


def _explain(problem: str) -> str:
    return problem and _texts.text("Write pairs with commas between, each name once, such as contact=1001,note=1002.")


def _missing(text: str) -> str:
    return "" if text else _texts.text("One module at least is needed.")


def _describe(module: FoundModule) -> str:
    """Return what a module looks like: its fields with a value, those that say something first."""
    if module.record is None:
        return _texts.text("(no record yet)")
    told = [(name, value) for name, value in module.record["fields"].items() if name not in _OF_EVERY_MODULE]
    told.sort(key=lambda pair: pair[1] in (None, ""))
    return ", ".join(f"{name}: {clip_line(value)}" if value else name for name, value in told[:_MOST_FIELDS])


_OF_EVERY_MODULE = frozenset({"created_by", "created_date", "modified_by", "modified_date"})


def _tell_end(error: CrmError) -> str:
    return _texts.text("The search ended early: {error}", error=error.told)
