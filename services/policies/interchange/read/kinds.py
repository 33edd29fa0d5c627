"""The declared type of a definition or a term, from the types of a model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.policies.interchange.read.source import name_of, text_of
from services.policies.interchange.read.tables import Column, text_value, text_values
from shared.dmn.xml import Element
from shared.feel.syntax import normalise_name

_DECIMAL: Final = re.compile(r"decimal(?:_(\d{1,2}))?")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.([0-9]+))?")
_PLAIN: Final[Mapping[str, Mapping[str, Any]]] = {
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "money": {"type": "money"},
    "integer": {"type": "integer"},
    "long": {"type": "integer"},
}
_MAX_STEPS: Final = 20


@dataclass(frozen=True, slots=True)
class Kinds:
    """The item definitions of a model by name."""

    items: Mapping[str, Element]

    @classmethod
    def of(cls, root: Element) -> "Kinds":
        """Return those of a model."""
        return cls({name_of(item): item for item in root.all("itemDefinition")})

    def declared(self, type_ref: str | None) -> dict[str, Any]:
        """Return `type`, `scale` and `values` as a policy states them; empty where the type does not tell."""
        for _ in range(_MAX_STEPS):
            name = normalise_name(type_ref or "").removeprefix("feel:")
            decimal = _DECIMAL.fullmatch(name)
            if decimal is not None:
                return {"type": "decimal", **({"scale": int(decimal[1])} if decimal[1] else {})}
            if name in _PLAIN:
                return dict(_PLAIN[name])
            item = self.items.get(name)
            if item is None:
                return {}
            values = text_values(text_of(item.first("allowedValues")))
            if values is not None:
                return {"type": "enum", "values": values}
            stated = item.first("typeRef")
            type_ref = stated.text if stated is not None else None
        return {}

    def components(self, type_ref: str | None) -> list[str]:
        """Return the names of the components of a type that is a structure, at any depth."""
        for _ in range(_MAX_STEPS):
            item = self.items.get(normalise_name(type_ref or ""))
            if item is None:
                return []
            if item.first("itemComponent") is not None:
                return [name_of(each) for each in _components(item)]
            stated = item.first("typeRef")
            type_ref = stated.text if stated is not None else None
        return []


def _components(item: Element) -> list[Element]:
    waiting, found = [item], []
    while waiting:
        children = list(waiting.pop().all("itemComponent"))
        found += children
        waiting += children
    return found


def kind_of_cells(column: Column) -> dict[str, Any]:
    """Return the type of a column's values where they are literals: texts are an enum, in the order they appear in."""
    listed = text_values(column.values) if column.values is not None else None
    if listed is not None:
        return {"type": "enum", "values": listed}
    cells = [*column.cells, *([column.default] if column.default is not None else [])]
    texts = [text_value(cell) for cell in cells]
    if cells and None not in texts:
        return {"type": "enum", "values": list(dict.fromkeys(texts))}
    if cells and all(cell.strip() in ("true", "false") for cell in cells):
        return {"type": "boolean"}
    numbers = [_NUMBER.fullmatch(cell.strip()) for cell in cells]
    scales = [len(number[1] or "") for number in numbers if number is not None]
    if not cells or len(scales) < len(cells):
        return {}
    return {"type": "decimal", "scale": max(scales)} if max(scales) else {"type": "integer"}
