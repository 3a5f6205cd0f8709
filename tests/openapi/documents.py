"""Reads the OpenAPI documents, and validates values by the schemas in them."""

from __future__ import annotations

import functools
import json
import re
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator

NAMES = ("ivinex", "minicrm", "control")
METHODS = ("get", "put", "post", "delete")


@functools.cache
def read_document(name: str) -> dict[str, Any]:
    """Return a document as the fixtures ship it."""
    return json.loads(read_raw(name))


def read_raw(name: str) -> bytes:
    """Return a document's bytes."""
    return resources.files("fixtures").joinpath("openapi").joinpath(f"{name}.json").read_bytes()


def list_operations(name: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return path, method and description of every operation."""
    paths = read_document(name)["paths"]
    return [(path, method, item[method]) for path, item in paths.items() for method in METHODS if method in item]


def resolve(name: str, node: dict[str, Any]) -> dict[str, Any]:
    """Return what a node is or refers to."""
    reference = node.get("$ref")
    if reference is None:
        return node
    found = read_document(name)
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return resolve(name, found)


def find_errors(name: str, schema: object, value: Any) -> list[str]:
    """Return why a value is not valid by a schema of a document, which may refer to others in it."""
    root = {"components": read_document(name)["components"], "allOf": [schema]}
    found = Draft202012Validator(root).iter_errors(value)  # pyright: ignore[reportUnknownMemberType] - one open overload
    return [f"{error.json_path}: {error.message}" for error in found]


def find_path(name: str, path: str) -> str | None:
    """Return the templated path that a request's path is one of; a literal one goes first."""
    templates = sorted(read_document(name)["paths"], key=lambda each: each.count("{"))
    for template in templates:
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path):
            return str(template)
    return None
