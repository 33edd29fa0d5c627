"""What a model written here says beyond DMN: golden cases, and what is there but empty."""

import json
import re
from typing import Any, Final

from services.policies.interchange.read.source import Source, extensions
from services.policies.interchange.vocabulary import CASE, EMPTY

_MAX_DEPTH: Final = 20
_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def put_extensions(document: dict[str, Any], source: Source) -> None:
    """Add golden cases, and empty mappings and lists unless something else has come to their place."""
    cases = []
    for extension in extensions(source.root):
        if extension.name == CASE:
            case = _json(extension.text)
            if case is None:
                source.note(extension, "a golden case is no JSON and is left out")
            else:
                cases.append(case)
    if cases:
        document["cases"] = cases
    for extension in extensions(source.root):
        if extension.name == EMPTY:
            pointer, kind = extension.attributes.get("at", ""), extension.attributes.get("is")
            _put_empty(document, pointer, {} if kind == "{}" else [])


def _json(text: str) -> Any:
    """The value of a JSON text, None where it is none or nested deeper than cases are."""
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > _MAX_DEPTH:
            return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _put_empty(document: dict[str, Any], pointer: str, value: Any) -> None:
    *path, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]] or [""]
    node: Any = document
    for token in path:
        if isinstance(node, dict):
            node = node.get(token)
        elif isinstance(node, list) and token.isdecimal() and len(token) < 9 and int(token) < len(node):
            node = node[int(token)]
    if isinstance(node, dict) and last:
        node.setdefault(last, value)
