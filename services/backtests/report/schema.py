"""The JSON Schema of a report, made from the dataclasses that it is made of, so that both say the same."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from services.backtests.figures.ratios import Ratio
from services.backtests.figures.report import REPORT_VERSION, Report

_PLAIN: Final[Mapping[Any, Mapping[str, Any]]] = {
    int: {"type": "integer"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
}
_VALUE: Final = {"type": "string", "pattern": "^-?[0-9]+\\.[0-9]{4}$"}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what `to_json` gives."""
    definitions: dict[str, Any] = {}
    _schema_of(Report, definitions)
    report = definitions.pop(Report.__name__)
    properties = {"report_version": {"const": REPORT_VERSION}, **report["properties"], "definitions": _texts()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Backtest report",
        **report,
        "properties": properties,
        "required": list(properties),
        "$defs": dict(sorted(definitions.items())),
    }


def _schema_of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if is_dataclass(kind) and isinstance(kind, type):
        return _reference(kind, definitions)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return {"anyOf": [_schema_of(each, definitions) for each in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _schema_of(arguments[0], definitions)}
    assert origin is Mapping
    return {"type": "object", "additionalProperties": _schema_of(arguments[1], definitions)}


def _reference(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}
        hints = get_type_hints(kind)
        properties = {name: _schema_of(hint, definitions) for name, hint in hints.items()}
        if kind is Ratio:
            properties["value"] = dict(_VALUE)
        definitions[kind.__name__] = {
            "description": " ".join((kind.__doc__ or "").split()),
            "type": "object",
            "properties": properties,
            "required": list(properties),
        }
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _texts() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": "string"}}
