"""How observing begins, and what is said where it cannot."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_mcp.settings import ServerSettings
from crm_mcp.telemetry import events, observing

PROVIDERS = "crm_mcp.telemetry.otel.providers"


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    yield
    observing.end()


def test_without_the_extra_one_line_says_what_to_install_and_the_server_serves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, PROVIDERS, raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    observing.begin(ServerSettings(), "http")
    said = 'crm-mcp: OpenTelemetry is asked for, and is not installed: pip install "crm-mcp-server[otel]"\n'
    assert capsys.readouterr().err == said
    assert not events.observers


def test_of_a_warning_the_file_has_the_words_of_our_code_and_not_what_stood_in_them(tmp_path: Path) -> None:
    observing.begin(ServerSettings(log_file=tmp_path / "log"), "http")
    logging.getLogger("crm_mcp.somewhere").warning("It failed: %s", "kanari")
    logging.getLogger("uvicorn").error("kanari")
    written = (tmp_path / "log").read_text()
    assert "It failed: %s" in written
    assert "uvicorn" in written
    assert "kanari" not in written


def test_the_end_is_told_once(tmp_path: Path) -> None:
    observing.begin(ServerSettings(log_file=tmp_path / "log"), "http")
    observing.end()
    observing.end()
    assert (tmp_path / "log").read_text().count("service_stopped") == 1
