"""No name that is misspelt gets through, wherever in a catalogue policy it stands, and the fault is where it is."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError, PolicyFault, load_policy
from tests.decision.domain.catalogue.books import NAMES, book

STAGES = ("eligibility", "knock_outs", "grade", "matrix", "conditions", "routing")


def refused(name: str, document: dict[str, Any]) -> list[PolicyFault]:
    own = book(name)
    with pytest.raises(PolicyError) as error:
        load_policy(document, own.product, own.reasons)
    return [fault for fault in error.value.faults if isinstance(fault, PolicyFault)]


def tables(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield name, pointer and body of every table of a policy."""
    for name in STAGES:
        if name in document:
            yield name, f"/{name}", document[name]
    for name, definition in document.get("definitions", {}).items():
        if "rows" in definition:
            yield f"definitions.{name}", f"/definitions/{name}", definition


def expressions(node: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the pointer, the mapping and the key of every expression of a policy."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("if", "value", "limit", "rate") and isinstance(value, str) and not pointer.startswith("/matrix"):
                yield f"{pointer}/{key}", node, key
            elif key != "cases":
                yield from expressions(value, f"{pointer}/{key}")
    elif isinstance(node, list):
        for at, item in enumerate(node):
            yield from expressions(item, f"{pointer}/{at}")


@pytest.mark.parametrize("name", NAMES)
def test_a_misspelt_name_is_told_in_every_cell_of_every_table(name: str) -> None:
    for table, pointer, _ in tables(book(name).document):
        document = copy.deepcopy(book(name).document)
        body = next(body for other, _, body in tables(document) if other == table)
        expected = []
        for number, row in enumerate(body["rows"]):
            cells = row.get("when", {})
            row["when"] = {f"{column}z": cell for column, cell in cells.items()}
            expected += [
                (
                    f"{pointer}/rows/{number}/when/{column}z",
                    f"unknown fact `{column}z` in table {table}, row {number + 1}, column {at}; "
                    f"did you mean `{column}`?",
                )
                for at, column in enumerate(cells, start=1)
            ]
        if expected:
            assert [(fault.pointer, fault.detail) for fault in refused(name, document) if fault.of_key] == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_misspelt_name_is_told_in_every_expression_by_its_characters(name: str) -> None:
    document = copy.deepcopy(book(name).document)
    known = {*book(name).product.dictionary.facts, *document.get("definitions", {})}
    misspelt = 0
    for pointer, holder, key in expressions(document):
        text = holder[key]
        for word in known.intersection(re.findall(r"[a-z_]+", re.sub('"[^"]*"', "", text))):
            holder[key] = re.sub(rf"\b{word}\b(?![^\"]*\"\s*(?:$|[^\"]*$))", f"{word}z", text, count=1)
            if holder[key] == text:
                continue
            found = [fault for fault in refused(name, document) if fault.pointer == pointer]
            assert [holder[key][slice(*(fault.span or (0, 0)))] for fault in found] == [f"{word}z"], found
            assert f"unknown fact `{word}z` in " in found[0].detail
            misspelt += 1
        holder[key] = text
    assert misspelt > 4
