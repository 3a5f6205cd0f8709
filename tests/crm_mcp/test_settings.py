"""The environment is read as documented, and what is wrong with it is said without repeating a value."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from crm_mcp.errors import InputError, SettingsError
from crm_mcp.ivinex.connector import IvinexConnector
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.minicrm.connector import MinicrmConnector
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.settings import ServerSettings, load
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from tests.support.mcp_play import both_crms

SECRET = "s3cret-Passw0rd"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    for name in (
        *both_crms(""),
        "MINICRM_TIMEZONE",
        "MINICRM_USER",
        "MINICRM_NOW",
        "CRM_MCP_READ_ONLY",
        "CRM_MCP_TIMEOUT_S",
        "CRM_MCP_STORE",
    ):
        monkeypatch.delenv(name, raising=False)


def test_nothing_set_is_nothing_connected() -> None:
    assert IvinexConnector.from_environment(ConnectionPool(), Store()) is None
    assert MinicrmConnector.from_environment(ConnectionPool(), Store()) is None


def test_an_empty_value_is_an_absent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in both_crms(""):
        monkeypatch.setenv(name, "")
    assert IvinexConnector.from_environment(ConnectionPool(), Store()) is None
    assert load(MinicrmSettings).requests_per_minute == 60


@pytest.mark.parametrize("missing", ["IVINEX_URL", "IVINEX_USERNAME", "IVINEX_PASSWORD"])
def test_a_half_configured_ivinex_names_what_is_missing(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {"IVINEX_URL", "IVINEX_USERNAME", "IVINEX_PASSWORD"} - {missing}:
        monkeypatch.setenv(name, "https://demo.example" if name == "IVINEX_URL" else SECRET)
    with pytest.raises(SettingsError, match=f"half configured: {missing} is missing") as caught:
        IvinexConnector.from_environment(ConnectionPool(), Store())
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("given", "missing"), [("SYSTEM_ID", "API_KEY"), ("API_KEY", "SYSTEM_ID")])
def test_a_half_configured_minicrm_names_what_is_missing(
    given: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"MINICRM_{given}", SECRET)
    with pytest.raises(SettingsError, match=f"MINICRM_{missing} is missing"):
        MinicrmConnector.from_environment(ConnectionPool(), Store())


def test_a_url_alone_does_not_make_minicrm_half_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_URL", "https://r3.minicrm.io")
    assert MinicrmConnector.from_environment(ConnectionPool(), Store()) is None


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://crm.example", "plain http"),
        (f"https://user:{SECRET}@crm.example", "leave the login out"),
        ("crm.example", "https://host"),
        ("ftp://crm.example", "https://host"),
        ("https://crm.example/?a=1", "leave out everything"),
    ],
)
def test_an_unsafe_url_is_refused_with_the_reason(url: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVINEX_URL", url)
    with pytest.raises(SettingsError, match=f"IVINEX_URL: .*{says}") as caught:
        load(IvinexSettings)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_plain_http_is_fine_to_loopback(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVINEX_URL", f"http://{host}/")
    assert load(IvinexSettings).url == f"http://{host}"


def test_module_names_are_read_from_pairs_and_found_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVINEX_MODULES", " contact = 1001 , note=1002,")
    settings = load(IvinexSettings)
    assert settings.modules == {"contact": "1001", "note": "1002"}
    assert settings.module_id("Contact") == "1001"
    assert settings.module_id("1777") == "1777"
    assert settings.module_name("1002") == "note"
    with pytest.raises(InputError, match="Did you mean 'contact'"):
        settings.module_id("contcat")
    with pytest.raises(InputError, match=r"Known: contact \(1001\), note \(1002\)"):
        settings.module_id("invoices")


@pytest.mark.parametrize("text", ["contact", "contact=", "=1001", "contact=abc", "contact:1001"])
def test_badly_written_modules_are_refused_with_an_example(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVINEX_MODULES", text)
    with pytest.raises(SettingsError, match="contact=1001,note=1002"):
        load(IvinexSettings)


def test_the_environment_wins_over_the_env_file_and_an_empty_one_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MINICRM_SYSTEM_ID=1\nMINICRM_USER=file\nUNRELATED=1\n", encoding="utf-8")
    monkeypatch.setenv("MINICRM_SYSTEM_ID", "2")
    monkeypatch.setenv("MINICRM_USER", "")
    settings = load(MinicrmSettings)
    assert (settings.system_id, settings.user) == ("2", "file")


@pytest.mark.parametrize("now", ["2026-11-23T00:30:00", "2026-11-22T23:30:00Z"])
def test_the_clock_can_be_stopped_in_the_accounts_time(now: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_NOW", now)
    settings = load(MinicrmSettings)
    assert settings.clock(settings.zone).isoformat() == "2026-11-23T00:30:00+01:00"


def test_without_that_the_clock_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINICRM_NOW", raising=False)
    settings = load(MinicrmSettings)
    before = datetime.now(settings.zone)
    assert before <= settings.clock(settings.zone) <= datetime.now(settings.zone)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MINICRM_REQUESTS_PER_MINUTE", "-1"),
        ("MINICRM_REQUESTS_PER_MINUTE", "many"),
        ("MINICRM_TIMEZONE", "Mars/Base"),
        ("MINICRM_NOW", "tomorrow"),
    ],
)
def test_a_wrong_minicrm_value_names_its_variable(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load(MinicrmSettings)


@pytest.mark.parametrize(
    ("name", "value"),
    [("CRM_MCP_TIMEOUT_S", "0"), ("CRM_MCP_CA_FILE", "nowhere.pem"), ("CRM_MCP_READ_ONLY", "perhaps")],
)
def test_a_wrong_server_value_names_its_variable(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load(ServerSettings)


@pytest.mark.parametrize(
    ("value", "is_kept"), [("on", True), ("OFF", False), ("true", True), ("False", False), ("0", False)]
)
def test_keeping_what_was_read_is_said_as_people_and_forms_say_it(
    value: str, is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_MCP_REPLICA", value)
    assert load(ServerSettings).keeps_reads(is_local=not is_kept) is is_kept


def test_allowed_hosts_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_ALLOWED_HOSTS", "crm.example, other.example:8443,")
    assert load(ServerSettings).allowed_host_list == ["crm.example", "other.example:8443"]


def test_no_secret_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IVINEX_PASSWORD", "MINICRM_API_KEY", "CRM_MCP_HTTP_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    printed = repr([load(IvinexSettings), load(MinicrmSettings), load(ServerSettings)])
    assert SECRET not in printed


@pytest.mark.parametrize("around", [" {}", "{}\n", "\t{}\r\n", "\u00a0{}\u00a0", "\ufeff{}\u200b"])
def test_white_space_round_a_value_is_no_part_of_it(around: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"URL": "https://r3.minicrm.io/", "API_KEY": f"a {SECRET}", "REQUESTS_PER_MINUTE": "7"}.items():
        monkeypatch.setenv(f"MINICRM_{name}", around.format(value))
    monkeypatch.setenv("CRM_MCP_READ_ONLY", around.format("1"))
    settings = load(MinicrmSettings)
    assert settings.api_key.get_secret_value() == f"a {SECRET}"
    assert (settings.url, settings.requests_per_minute) == ("https://r3.minicrm.io", 7)
    assert load(ServerSettings).read_only


def test_a_value_of_white_space_alone_is_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINICRM_USER=file\n", encoding="utf-8")
    monkeypatch.setenv("MINICRM_USER", " \n")
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", " ")
    settings = load(MinicrmSettings)
    assert (settings.user, settings.requests_per_minute) == ("file", 60)


@pytest.mark.parametrize("value", [f'"{SECRET}"', f"'{SECRET}'", "${MINICRM_KEY}", "%KEY%"])
def test_quotes_and_placeholders_stay_part_of_a_value(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_API_KEY", value)
    assert load(MinicrmSettings).api_key.get_secret_value() == value


def test_an_env_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINICRM_USER=file\n", encoding="utf-8-sig")
    assert load(MinicrmSettings).user == "file"


@pytest.mark.parametrize(
    ("name", "settings", "meant"),
    [
        ("CRM_MCP_READONLY", ServerSettings, "Did you mean CRM_MCP_READ_ONLY?"),
        ("crm_mcp_unconfirmed_write", ServerSettings, "Did you mean CRM_MCP_UNCONFIRMED_WRITES?"),
        ("CRM_MCP_TIMEOUT", ServerSettings, "Did you mean CRM_MCP_TIMEOUT_S?"),
        ("CRM_MCP_COLOUR", ServerSettings, "CRM_MCP_READ_ONLY"),
        ("MINICRM_APIKEY", MinicrmSettings, "Did you mean MINICRM_API_KEY?"),
        ("MINICRM_SYSTEMID", MinicrmSettings, "Did you mean MINICRM_SYSTEM_ID?"),
        ("IVINEX_USER", IvinexSettings, "Did you mean IVINEX_USERNAME?"),
        ("IVINEX_MODULE", IvinexSettings, "Did you mean IVINEX_MODULES?"),
    ],
)
@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_mistyped_setting_is_refused_with_the_one_that_is_meant(
    name: str, settings: type[BaseSettings], meant: str, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if place == ".env":
        (tmp_path / ".env").write_text(f"{name}={SECRET}\n", encoding="utf-8")
    else:
        monkeypatch.setenv(name, SECRET)
    with pytest.raises(SettingsError, match=f"{name.upper()} is not a setting of this server") as caught:
        load(settings)
    assert meant in str(caught.value)
    assert SECRET not in str(caught.value)


def test_variables_of_other_programs_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MINICRM_WEBHOOK_SECRET", "MINICRM_PASSWORD", "IVINEX_REPORTS", "CRM_MCPX", "CRM_MOCK_CONTROL_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("CRM_MCP_READONLY", "")
    for settings in (ServerSettings, MinicrmSettings, IvinexSettings):
        load(settings)


def test_several_wrong_values_are_told_in_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_URL", "https://r3.minicrm.hu/Api/R3")
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", "many")
    with pytest.raises(SettingsError) as caught:
        load(MinicrmSettings)
    assert "MINICRM_URL: leave out the path of the API; it is added. MINICRM_REQUESTS" in str(caught.value)
    assert str(caught.value).endswith(". Correct them in the environment or in .env.")
