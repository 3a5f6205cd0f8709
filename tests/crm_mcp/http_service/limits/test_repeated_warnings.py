"""A log stays short, whatever strangers send."""

from __future__ import annotations

import io
import logging

from crm_mcp.http_service.limits.repeated_warnings import RepeatedWarnings


def test_a_warning_is_written_a_few_times_a_minute_and_others_are_not_held_back_by_it() -> None:
    now_s = 0.0
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.addFilter(RepeatedWarnings(lambda: now_s))
    logger = logging.getLogger("tests.repeated")
    logger.propagate = False
    logger.addHandler(handler)
    for number in range(100_000):
        logger.warning("Not HTTP: %d", number)
    logger.error("Something else")
    now_s = 61.0
    logger.warning("Not HTTP: %d", 7)
    lines = log.getvalue().splitlines()
    assert lines[4] == "Not HTTP: 4 (more of these in this minute are left out)"
    assert lines[5:] == ["Something else", "Not HTTP: 7"]


def test_what_was_asked_for_by_a_log_level_is_written_whole() -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.addFilter(RepeatedWarnings())
    logger = logging.getLogger("tests.asked_for")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    for _ in range(50):
        logger.info("One more")
    assert log.getvalue().count("One more") == 50
