"""The whole dialogue: which accounts, how they are used, what is written, and which hosts are told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.asking.crm_setup import CrmSetup
from crm_mcp.languages import LANGUAGES, Texts, current, use
from crm_mcp.mcp.connector import CanBeSetUp
from crm_mcp.registry import CONNECTORS
from crm_mcp.setup.account_names import AccountNames
from crm_mcp.setup.account_questions import AccountQuestions, secrets_among
from crm_mcp.setup.connections import Connections
from crm_mcp.setup.document import Settings
from crm_mcp.setup.host_questions import HostInstaller, offer_hosts
from crm_mcp.setup.keychain import Keychain
from crm_mcp.setup.plan import Plan
from crm_mcp.setup.secret_places import Place, choose_place, entries_of, read_secret
from crm_mcp.setup.server_questions import ask_server

_texts = Texts(__file__)
_ADD, _CHANGE, _REMOVE, _SERVER, _HOSTS, _LEAVE = "add", "change", "remove", "server", "hosts", "leave"
_ALL = "all"


@dataclass(frozen=True, slots=True)
class KnownCrm:
    """A CRM that can be set up."""

    name: str
    title: str
    setup: CrmSetup


def known_crms() -> list[KnownCrm]:
    """Return the CRMs that can be set up."""
    return [
        KnownCrm(known.name, known.title, known.setup_steps()) for known in CONNECTORS if issubclass(known, CanBeSetUp)
    ]


@dataclass(frozen=True, slots=True)
class World:
    """What the dialogue works with beside the person.

    Attributes:
        crms: The CRMs that can be set up.
        keychain: Where secrets go.
        connections: How CRMs are reached.
        hosts: Puts this server into the hosts of this machine.
        variables: Returns the environment variables, `.env` among them, by names in upper case.
        dry_run: Write nothing; show what would be.
    """

    crms: Sequence[KnownCrm]
    keychain: Keychain
    connections: Connections
    hosts: HostInstaller
    variables: Callable[[], Mapping[str, str]] = dict
    dry_run: bool = False


@dataclass
class Dialogue:
    """One run of setup.

    Args:
        asks: Who asks.
        plan: What is to be written, empty so far.
        world: What it works with.
    """

    asks: Asks
    plan: Plan
    world: World
    _by_name: dict[str, KnownCrm] = field(init=False)
    _is_saved: bool = False

    def __post_init__(self) -> None:
        self._by_name = {crm.name: crm for crm in self.world.crms}

    async def run(self, language: str = "") -> None:
        """Ask, write, install, and say what to do next; in this language, or in one that is asked for."""
        await self._choose_language(language)
        self.asks.say(_texts.text("Setting up crm-mcp"), "heading")
        self.asks.say(_texts.text("Nothing changes before the last question. Ctrl-C stops at any time."))
        todo = await self._choose_what_to_do()
        if todo == _LEAVE:
            self.asks.say(_texts.text("Everything stays as it was."))
            return
        if todo != _HOSTS and not await self._change(todo):
            return
        told = await offer_hosts(self.asks, self.world.hosts, self.plan.path, dry_run=self.world.dry_run)
        if not self.world.dry_run:
            self._say_next(told)

    def tell_stopped(self) -> str:
        """Return what holds where the person stopped."""
        if self._is_saved:
            return _texts.text("Stopped. {path} is written; go on with crm-mcp install NAME.", path=self.plan.path)
        return _texts.text("Stopped: everything is as it was.")

    async def _choose_language(self, language: str) -> None:
        """Speak this language, or that of the file; where there is neither, the first question is in both."""
        if not language and not self.asks.knows("language"):
            language = str(self.plan.document.server.get("language", ""))
        if language not in LANGUAGES:
            choices = [Choice("en", "English"), Choice("hu", "Magyar")]
            language = await self.asks.choose("language", "Language / Nyelv", choices, default=self._likely_language())
        use(language)

    def _likely_language(self) -> str:
        """Return the language of this process, or of the machine where that is Hungarian."""
        given = self.world.variables()
        machine = next((given[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if given.get(name)), "")
        return "hu" if machine.casefold().startswith("hu") else current()

    async def _choose_what_to_do(self) -> str:
        accounts = self.plan.document.accounts
        if not accounts:
            return _ADD
        self.asks.say(_texts.text("Accounts in {path}", path=self.plan.path))
        self.asks.table([(name, self._describe(crms)) for name, crms in accounts.items()])
        choices = [
            Choice(_ADD, _texts.text("Add an account")),
            Choice(_CHANGE, _texts.text("Change an account")),
            Choice(_REMOVE, _texts.text("Remove an account")),
            Choice(_SERVER, _texts.text("Change what the assistant may do")),
            Choice(_HOSTS, _texts.text("Only connect AI assistants")),
            Choice(_LEAVE, _texts.text("Leave everything as it is")),
        ]
        return await self.asks.choose("do", _texts.text("What would you like to do?"), choices)

    def _describe(self, crms: Mapping[str, Settings]) -> str:
        known = [(self._by_name[crm].title if crm in self._by_name else crm, crms[crm]) for crm in crms]
        return ", ".join(f"{title} {settings.get('url', '')}".strip() for title, settings in known)

    async def _change(self, todo: str) -> bool:
        """Ask for what is to be changed, and write it once the person agrees; return whether that was so."""
        if todo == _REMOVE:
            await self._remove_account()
        elif todo in (_ADD, _CHANGE):
            await self._set_account(is_new=todo == _ADD)
        server = await ask_server(self.asks, self.plan.document.server, ask_again=todo == _SERVER)
        self.plan.set_server(server | {"language": current()})
        return await self._save()

    async def _remove_account(self) -> None:
        account = await self._choose_account(_texts.text("Which account shall go?"))
        crms = self.plan.document.accounts[account]
        self.plan.remove_account(account, [entry for settings in crms.values() for entry in entries_of(settings)])

    async def _choose_account(self, question: str) -> str:
        choices = [Choice(name, name) for name in self.plan.document.accounts]
        return await self.asks.choose("account", question, choices)

    async def _set_account(self, *, is_new: bool) -> None:
        account = "" if is_new else await self._choose_account(_texts.text("Which account?"))
        before = self.plan.document.accounts.get(account, {})
        answers: dict[str, dict[str, object]] = {}
        for crm in await self._choose_crms(before):
            known = self._by_name[crm]
            questions = AccountQuestions(self.asks, crm, known.title, known.setup, self.world.connections)
            answers[crm] = await questions.ask(self._in_clear(known, before.get(crm, {})))
        if is_new:
            suggested = [self._by_name[crm].setup.suggest_name(values) for crm, values in answers.items()]
            account = await AccountNames(self.plan.document.accounts).ask(self.asks, suggested, list(answers))
        place = await choose_place(self.asks, self.world.keychain)
        for crm, values in answers.items():
            self._put(account, self._by_name[crm], values, place)

    def _put(self, account: str, crm: KnownCrm, values: Mapping[str, object], place: Place) -> None:
        self.plan.set_account(account, crm.name, values, secrets_among(crm.setup, values), place)

    def _in_clear(self, crm: KnownCrm, settings: Settings) -> dict[str, object]:
        """Return settings of the file with their secrets in clear, as far as these can be read."""
        secret = [question.name for question in crm.setup.login_questions() if question.is_secret]
        read = {
            name: read_secret(value, self.world.keychain, self.world.variables) if name in secret else value
            for name, value in settings.items()
        }
        return {name: _texts_of(value) for name, value in read.items() if value not in ("", {})}

    async def _choose_crms(self, before: Mapping[str, Settings]) -> list[str]:
        """Return the CRMs that are to be asked for: of an account that is changed, those that it has come first."""
        crms = [crm for crm in self.world.crms if crm.name in before] + [
            crm for crm in self.world.crms if crm.name not in before
        ]
        if len(crms) == 1:
            return [crms[0].name]
        choices = [
            *(Choice(crm.name, crm.title) for crm in crms),
            Choice(_ALL, _texts.text("Both, one after the other")),
        ]
        chosen = await self.asks.choose("crm", _texts.text("Which CRM do you use?"), choices)
        return [crm.name for crm in crms] if chosen == _ALL else [chosen]

    async def _save(self) -> bool:
        """Show what would be written, and write it where the person agrees."""
        self.asks.say(_texts.text("To be written to {path}", path=self.plan.path), "heading")
        self.asks.say(self.plan.preview())
        for entry, secret in self.plan.secrets.items():
            told = _texts.text("into the keychain: {entry}") if secret else _texts.text("out of the keychain: {entry}")
            self.asks.say(told.format(entry=entry))
        if self.world.dry_run:
            self.asks.say(_texts.text("This was a rehearsal: nothing was written."), "note")
            return True
        if not await self.asks.confirm("write", _texts.text("Shall it be written?"), default=True):
            self.asks.say(_texts.text("Everything stays as it was."))
            return False
        saved = self.plan.save(self.world.keychain)
        self._is_saved = True
        self.asks.say(_texts.text("Written: {path}", path=saved.path), "good")
        if saved.backup is not None:
            self.asks.say(_texts.text("What it said before is kept in {backup}", backup=saved.backup))
        self._warn_of_environment()
        return True

    def _warn_of_environment(self) -> None:
        """Name what must be set, and what is set and would win over the file."""
        for variable in self.plan.variables:
            self.asks.say(_texts.text("Set {variable} where the server runs.", variable=variable), "note")
        given = self.world.variables()
        for crm in self.world.crms:
            names = [f"{crm.name}_{question.name}".upper() for question in crm.setup.login_questions()]
            for name in names:
                if name in given:
                    said = _texts.text("{variable} is set here, in the environment or in .env: it wins over the file.")
                    self.asks.say(said.format(variable=name), "note")

    def _first_question(self) -> str:
        """Return a question that a CRM of the file can answer."""
        named = [crm for crms in self.plan.document.accounts.values() for crm in crms if crm in self._by_name]
        return self._by_name[named[0] if named else self.world.crms[0].name].setup.first_question()

    def _say_next(self, told: Sequence[str]) -> None:
        """Say how the assistant is started with it, and what to ask first; `told` says so for each host."""
        self.asks.say(_texts.text("What now?"), "heading")
        steps = told or [_texts.text("Start your AI assistant anew once it knows the server: crm-mcp install NAME")]
        question = _texts.text("Ask it: \u201c{question}\u201d", question=self._first_question())
        check = _texts.text("If something is amiss: crm-mcp doctor")
        for number, step in enumerate([*steps, question, check], 1):
            self.asks.say(f"{number}. {step}")


def _texts_of(value: object) -> object:
    """Return a table of the file with text alone, as the environment has it."""
    if not isinstance(value, Mapping):
        return value
    return {name: str(one) for name, one in cast("Mapping[str, object]", value).items()}
