"""Reading a seed: a built-in one by its name, or one in a file or request body.

A built-in seed is a folder here; it is the union of the files in it, each named by its CRM. A seed from outside is one
document in JSON or YAML: an object with `clock`, `deviations` and a part for each CRM, every key optional. Its whole
shape is in `seed.schema.json` beside this file, for editors and for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from mockserver.crm.api import SeedError
from mockserver.documents.near_misses import suggest
from mockserver.documents.strict_json import JsonError, as_object, line_of_byte, name_type, parse_document
from mockserver.registry import CRMS

SEED_NAMES = ("demo", "documented", "empty")
SCHEMA_NAME = "seed.schema.json"
_PARTS = ("clock", *(entry.name for entry in CRMS))

_LOOKS_LIKE_JSON = re.compile(rb"(\xef\xbb\xbf)?\s*([{\[]|\Z)")


class UnreadableSeedError(SeedError):
    """A seed cannot be read at all; the message names it and, inside it, the line."""


def read_seed(name_or_path: str) -> Mapping[str, object]:
    """Return a built-in seed by its name, or the seed in a file.

    Raises:
        SeedError: There is no such seed or file, or the file holds no object in JSON or YAML.
    """
    if name_or_path in SEED_NAMES:
        return _read_built_in(name_or_path)
    raw, is_yaml = _read_file(name_or_path)
    return parse_seed(raw, f"the seed file {name_or_path!r}", is_yaml=is_yaml)


def parse_seed(raw: bytes, source: str, *, is_yaml: bool = False) -> Mapping[str, object]:
    """Read a seed document; its content is checked when it is loaded.

    Raises:
        SeedError: It is no object; the message starts with `source`.
    """
    value = _parse_yaml(raw, source) if is_yaml else _parse_json(raw, source)
    seed = as_object(value)
    if seed is None:
        kind = "YAML" if is_yaml else "JSON"
        raise UnreadableSeedError(
            f"{source} must be a {kind} object with any of {', '.join(_PARTS)}; it is {name_type(value)}"
        )
    seed.pop("$schema", None)  # what an editor checks the file by
    return seed


def load_seed(raw: bytes, source: str, load: Callable[[Mapping[str, object]], None], *, is_yaml: bool) -> None:
    """Read a seed document and hand it to `load`.

    Raises:
        SeedError: It cannot be read or loaded; the message names line, column and path.
    """
    try:
        load(parse_seed(raw, source, is_yaml=is_yaml))
    except SeedError as error:
        raise name_line(error, raw, source, is_yaml=is_yaml) from error


def looks_like_yaml(raw: bytes) -> bool:
    """Tell whether a seed of unknown format does not begin as JSON does."""
    return not _LOOKS_LIKE_JSON.match(raw)


def name_line(error: SeedError, raw: bytes, source: str, *, is_yaml: bool = False) -> SeedError:
    """Return an error that loading a seed raised with the source, line and column of the value it is about."""
    if isinstance(error, UnreadableSeedError):
        return error
    text = raw.decode("utf-8-sig", errors="replace")
    if is_yaml:
        from mockserver.seeds.yaml_text import find_line_in_yaml as find_line
    else:
        from mockserver.documents.error_position import find_line_in_json as find_line
    line, column = find_line(text, str(error))
    return SeedError(f"{source}, line {line}, column {column}: {error}")


def name_line_of_file(error: SeedError, name_or_path: str) -> SeedError:
    """Return an error about the seed of `read_seed` with the line and column; a built-in seed's as it is."""
    if name_or_path in SEED_NAMES or isinstance(error, UnreadableSeedError):
        return error
    raw, is_yaml = _read_file(name_or_path)
    return name_line(error, raw, f"the seed file {name_or_path!r}", is_yaml=is_yaml)


def read_schema() -> bytes:
    """Return the JSON Schema (2020-12) of a seed document."""
    return files("mockserver.seeds").joinpath(SCHEMA_NAME).read_bytes()


def _read_built_in(name: str) -> Mapping[str, object]:
    seed: dict[str, object] = {}
    for file in sorted(files("mockserver.seeds").joinpath(name).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            seed[file.name.removesuffix(".json")] = parse_seed(
                file.read_bytes(), f"the built-in seed {name}/{file.name}"
            )
    return seed


def _read_file(path: str) -> tuple[bytes, bool]:
    """Return a file's content, and whether it is YAML: by its extension, else by how it begins."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        near = "" if Path(path).suffix else suggest(Path(path).name, SEED_NAMES)
        told = f".{near}" if near else f" (name {', '.join(SEED_NAMES)} or a JSON or YAML file)"
        raise UnreadableSeedError(f"cannot read the seed {path!r}: {reason}{told}") from error
    ending = Path(path).suffix.lower()
    if ending in {".yaml", ".yml", ".json"}:
        return raw, ending != ".json"
    return raw, looks_like_yaml(raw)


def _parse_json(raw: bytes, source: str) -> object:
    try:
        return parse_document(raw)
    except JsonError as error:
        raise UnreadableSeedError(f"{source} is {error}") from error


def _parse_yaml(raw: bytes, source: str) -> object:
    from mockserver.seeds.yaml_text import YamlError, parse_yaml  # JSON seeds need not wait for PyYAML

    try:
        return parse_yaml(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        where = f"at byte {error.start}, in line {line_of_byte(raw, error.start)}"
        raise UnreadableSeedError(f"{source} is not UTF-8 text: {error.reason} {where}") from error
    except YamlError as error:
        raise UnreadableSeedError(f"{source} is not YAML that a seed can be: {error}") from error
