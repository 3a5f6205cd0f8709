"""The address of a CRM is refused with the reason, whichever CRM it is of."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from crm_mcp.errors import SettingsError
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.settings import load

CRMS: list[tuple[str, type[BaseSettings]]] = [("IVINEX_URL", IvinexSettings), ("MINICRM_URL", MinicrmSettings)]


@pytest.mark.parametrize(("variable", "settings"), CRMS)
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://crm.example:80x", "its port is not a number"),
        ("https://crm.example:99999", "its port is not a number"),
        ("https://crm .example", "it holds a space"),
        ("https://crm.example/a b", "it holds a space"),
        ("https://crm.example/API/Records.php", "leave out the path of the API"),
        ("https://crm.example/API/Records.php/", "leave out the path of the API"),
        ("https://crm.example/Api/R3", "leave out the path of the API"),
        ("https://crm.example/Api/R3/", "leave out the path of the API"),
        ("https://", "write it as https://host"),
        ("https:///folder", "write it as https://host"),
        ("ws://crm.example", "write it as https://host"),
        ("https://somebody@crm.example", "leave the login out"),
        ("https://crm.example/#a", "leave out everything from"),
        ("http://127.0.0.1.evil.example", "plain http"),
        ("http://crm.example", "plain http"),
    ],
)
def test_an_address_that_cannot_work_is_refused_with_the_reason(
    variable: str,
    settings: type[BaseSettings],
    url: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, url)
    with pytest.raises(SettingsError) as caught:
        load(settings)
    assert f"{variable}: " in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://crm.example:8443/", "https://crm.example:8443"),
        ("https://crm.example/crm/", "https://crm.example/crm"),
    ],
)
def test_a_port_and_a_folder_are_kept(url: str, kept: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for variable, settings in CRMS:
        monkeypatch.setenv(variable, url)
        assert load(settings).model_dump()["url"] == kept
