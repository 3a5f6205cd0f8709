"""Lends the fake's fixtures."""

from __future__ import annotations

from tests.mockserver.conftest import start_fake

__all__ = ["start_fake"]
