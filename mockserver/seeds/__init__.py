"""The seeds that come with the fake, and reading a seed by name or from a file.

A built-in seed is a folder here; it is the union of the files in it, each named by its CRM. A seed from outside is one
JSON document, `{"clock": ..., "ivinex": {...}, "minicrm": {...}}`, every key optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from mockserver.exchange import SeedError
from mockserver.strict_json import JsonError, as_object, name_type, parse_json

SEED_NAMES = ("demo", "documented", "empty")


def read_seed(name_or_path: str) -> Mapping[str, object]:
    """Return a built-in seed by its name, or the seed in a file.

    Raises:
        SeedError: There is no such seed or file, or the file is not a JSON object.
    """
    if name_or_path in SEED_NAMES:
        return _read_built_in(name_or_path)
    try:
        raw = Path(name_or_path).read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise SeedError(
            f"cannot read the seed {name_or_path!r}: {reason} (name {', '.join(SEED_NAMES)} or a JSON file)"
        ) from error
    return parse_seed(raw, f"the seed file {name_or_path!r}")


def _read_built_in(name: str) -> Mapping[str, object]:
    seed: dict[str, object] = {}
    for file in files(__name__).joinpath(name).iterdir():
        if file.name.endswith(".json"):
            seed[file.name.removesuffix(".json")] = parse_seed(
                file.read_bytes(), f"the built-in seed {name}/{file.name}"
            )
    return seed


def parse_seed(raw: bytes, source: str) -> Mapping[str, object]:
    """Read a seed document; what is inside it is judged when it is loaded.

    Raises:
        SeedError: It is not a JSON object; the message starts with `source`.
    """
    try:
        value = parse_json(raw)
    except JsonError as error:
        raise SeedError(f"{source} is {error}") from error
    seed = as_object(value)
    if seed is None:
        raise SeedError(f"{source} must be a JSON object with any of clock, ivinex, minicrm; it is {name_type(value)}")
    return seed
