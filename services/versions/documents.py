"""Reading a catalogue document from a file, and telling what kind it is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shared.yaml import load_yaml


class UnreadableError(Exception):
    """A file holds no document; the text names it and says why."""


def read_document(path: Path, kind: str | None) -> tuple[str, dict[str, Any]]:
    """Return a document (YAML, JSON) and its kind: the given one, else what its keys tell; raises `UnreadableError`."""
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else load_yaml(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UnreadableError(f"{path}: {error}") from None
    if not isinstance(document, dict):
        raise UnreadableError(f"{path}: holds no document, which is a mapping")
    return kind or kind_of(document), document


def kind_of(document: Mapping[str, Any]) -> str:
    """Return the kind of a document by the keys that only its kind has."""
    if "currency" in document:
        return "product"
    if "characteristics" in document:
        return "scorecard"
    return "reasons" if set(document) == {"product", "reasons"} else "policy"
