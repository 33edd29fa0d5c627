"""Breaking a document: one small change after another, so that most of it stays as people would write it."""

import copy
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.decision.fuzz import hostile

Path_ = tuple[Any, ...]
_MARKS = "()[]{}\"'.,<>=-+*/?@#: \t\n\\"


class Damage:
    """Makes damaged copies of documents; injection attempts among them would create the file `canary`."""

    def __init__(self, rng: Random, canary: Path) -> None:
        self.rng = rng
        self.texts = [*hostile.TEXTS, *hostile.injections(canary)]
        self.values = hostile.values()

    def done_to(self, document: dict[str, Any], changes: int) -> Any:
        """Return a copy of the document with so many changes."""
        damaged: Any = copy.deepcopy(document)
        for _ in range(changes):
            change = self.rng.choice(_CHANGES)
            damaged = change(self, damaged)
        return damaged

    def spoil_a_text(self, document: Any) -> Any:
        return self._replaced(document, lambda value: isinstance(value, str), self._misspelt)

    def put_a_hostile_text(self, document: Any) -> Any:
        return self._replaced(document, lambda value: isinstance(value, str), lambda _: self.rng.choice(self.texts))

    def hide_a_hostile_text(self, document: Any) -> Any:
        def around(value: str) -> str:
            bad = self.rng.choice(self.texts)
            return self.rng.choice([f"{value} {bad}", f"{bad}{value}", f"{value}, {bad}", f"({value}) and ({bad})"])

        return self._replaced(document, lambda value: isinstance(value, str), around)

    def put_another_type(self, document: Any) -> Any:
        return self._replaced(document, lambda _: True, lambda _: self.rng.choice(self.values))

    def copy_from_elsewhere(self, document: Any) -> Any:
        found = list(places(document))
        if not found:
            return document
        _, other = self.rng.choice(found)
        return self._replaced(document, lambda value: type(value) is type(other), lambda _: copy.deepcopy(other))

    def misspell_a_key(self, document: Any) -> Any:
        return self._with_key(document, lambda key: self._misspelt(key) if self.rng.random() < 0.7 else self._bad())

    def drop_a_value(self, document: Any) -> Any:
        parent, key = self._place(document, lambda _: True)
        if parent is not None:
            del parent[key]
        return document

    def drop_repeat_or_swap_rows(self, document: Any) -> Any:
        lists = [value for _, value in places(document) if isinstance(value, list) and value]
        if not lists:
            return document
        rows = self.rng.choice(lists)
        one, other = self.rng.randrange(len(rows)), self.rng.randrange(len(rows))
        match self.rng.randrange(3):
            case 0:
                del rows[one]
            case 1:
                rows.insert(other, copy.deepcopy(rows[one]))
            case 2:
                rows[one], rows[other] = rows[other], rows[one]
        return document

    def make_a_circle(self, document: Any) -> Any:
        names = list(document["definitions"]) if _has_definitions(document) else []
        if not names:
            return document
        for name, following in zip(names, [*names[1:], names[0]], strict=True):
            if isinstance(document["definitions"][name], dict):
                document["definitions"][name] = {"type": "decimal", "scale": 2, "value": f"{following} + 1"}
        return document

    def _replaced(self, document: Any, wanted: Callable[[Any], bool], change: Callable[[Any], Any]) -> Any:
        parent, key = self._place(document, wanted)
        if parent is not None:
            parent[key] = change(parent[key])
        return document

    def _with_key(self, document: Any, change: Callable[[str], str]) -> Any:
        parents = [value for _, value in places(document) if isinstance(value, dict) and value]
        if not parents:
            return document
        parent = self.rng.choice(parents)
        key = self.rng.choice(list(parent))
        if isinstance(key, str):
            entries = {change(key) if name == key else name: value for name, value in parent.items()}
            parent.clear()
            parent.update(entries)
        return document

    def _place(self, document: Any, wanted: Callable[[Any], bool]) -> tuple[Any, Any]:
        found = [path for path, value in places(document) if path and wanted(value)]
        if not found:
            return None, None
        *steps, last = self.rng.choice(found)
        for step in steps:
            document = document[step]
        return document, last

    def _misspelt(self, text: str) -> str:
        at = self.rng.randint(0, len(text))
        match self.rng.randrange(4):
            case 0:
                return text[:at] + text[at + 1 :]
            case 1:
                return text[:at] + self.rng.choice(_MARKS) + text[at:]
            case 2:
                return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
            case _:
                return text[:at] + text[max(0, at - 1) : at] + text[at:]

    def _bad(self) -> str:
        return self.rng.choice(self.texts)


_CHANGES: Sequence[Callable[[Damage, Any], Any]] = (
    Damage.spoil_a_text,
    Damage.spoil_a_text,
    Damage.spoil_a_text,
    Damage.put_a_hostile_text,
    Damage.put_a_hostile_text,
    Damage.hide_a_hostile_text,
    Damage.put_another_type,
    Damage.copy_from_elsewhere,
    Damage.misspell_a_key,
    Damage.drop_a_value,
    Damage.drop_repeat_or_swap_rows,
    Damage.drop_repeat_or_swap_rows,
    Damage.make_a_circle,
)


def places(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Yield every value of a document with the keys that lead to it."""
    yield path, node
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from places(value, (*path, key))


def _has_definitions(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("definitions"), dict)
