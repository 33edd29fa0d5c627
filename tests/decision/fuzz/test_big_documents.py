"""Documents that are large, or ask for much: read, checked and refused or answered in bounded time and memory."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError
from tests.decision.domain.policy.small import DOCUMENT, PRODUCT, REASONS, changed
from tests.decision.fuzz.trial import Setting, tried
from tests.decision.fuzz.watch import bounded_memory, bounded_time

SETTING = Setting(PRODUCT, REASONS)
KNOCK_OUT = {"outcome": "decline", "reason": "DEBT_HIGH", "on_missing": "refer"}
ROWS = 4_900


def graded(hit_policy: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the small document with another grade table."""
    return changed("grade", {"hit_policy": hit_policy, "rows": rows, "default": {"grade": "B"}})


def knocked_out(conditions: list[str]) -> dict[str, Any]:
    return changed("knock_outs/rows", [{"if": condition, **KNOCK_OUT} for condition in conditions])


def boxes(hit_policy: str) -> dict[str, Any]:
    """Return thousands of rows of intervals of four facts, by chance."""
    rng = Random(5)

    def between(highest: int, widest: int) -> str:
        low = rng.randint(0, highest)
        return f"[{low}..{low + rng.randint(0, widest)}]"

    reach = {"requested_amount": (5_000, 500), "months": (100, 20), "income": (5_000, 900), "score": (800, 100)}
    rows = [
        {"when": {name: between(*ends) for name, ends in reach.items()}, "grade": rng.choice("ABC")}
        for _ in range(ROWS)
    ]
    return graded(hit_policy, rows)


def many_sets() -> dict[str, Any]:
    """Return thousands of rows whose two cells list, and leave out, 150 numbers each."""
    lists = [", ".join(str(at * 20 + first) for at in range(150)) for first in range(70)]
    rows = [
        {"when": {"requested_amount": f"not({lists[at % 70]})", "income": lists[at // 70]}, "grade": "ABC"[at % 3]}
        for at in range(ROWS)
    ]
    return graded("FIRST", rows)


def chained(length: int) -> dict[str, Any]:
    """Return a document with as many definitions, each using those before it."""
    values = ["dti", *(" + ".join(f"d{before}" for before in range(max(0, at - 80), at)) for at in range(1, length))]
    definitions = {f"d{at}": {"type": "decimal", "scale": 4, "value": value} for at, value in enumerate(values)}
    use = {"when": {f"d{length - 1}": "> 1000"}, **KNOCK_OUT}
    return {**changed("eligibility/rows/0", use), "definitions": definitions}


BIG: dict[str, Callable[[], dict[str, Any]]] = {
    "opaque rows": lambda: knocked_out([f"months > {at} and dti > 0.1" for at in range(ROWS)]),
    "rows each inside the next": lambda: graded(
        "FIRST", [{"when": {"requested_amount": f"< {at + 1}"}, "grade": "A"} for at in range(3_000)]
    ),
    "intervals by chance, FIRST": lambda: boxes("FIRST"),
    "intervals by chance, UNIQUE": lambda: boxes("UNIQUE"),
    "intervals by chance, ANY": lambda: boxes("ANY"),
    "sets that cross": many_sets,
    "definitions": lambda: chained(200),
    "loops": lambda: knocked_out([f"count(for i in 1..1000000 return i + {at}) > months" for at in range(40)]),
    "recursion": lambda: knocked_out(
        [f"{{f: function(x) f(x - 1) + f(x - {at}), r: f(99)}}.r > months" for at in range(2, 40)]
    ),
    "a slow pattern": lambda: knocked_out([f'replace("{"a" * 40}!", "^(a|a)*$", "") = "b"']),
}


@pytest.mark.parametrize("name", BIG)
def test_a_document_that_asks_for_much_is_refused_or_decides_in_time(name: str) -> None:
    with bounded_memory():
        tried(BIG[name](), SETTING, Random(1))


REFUSED: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "ten thousand rows": (
        lambda: graded("UNIQUE", [{"when": {"requested_amount": str(at)}, "grade": "A"} for at in range(10_000)]),
        "the tables have more than 5000 rows together",
    ),
    "five thousand misspelt rows": (
        lambda: graded("UNIQUE", [{"when": {"requestd_amount": str(at)}, "grade": "A"} for at in range(ROWS)]),
        "unknown fact `requestd_amount` in table grade, row 200, column 1; did you mean `requested_amount`?",
    ),
    "a row of fifty thousand cells": (
        lambda: graded("FIRST", [{"when": {f"n{at}": "> 3" for at in range(50_000)}, "grade": "A"}]),
        "unknown fact `n7` in table grade, row 1, column 8",
    ),
    "megabytes of FEEL": (
        lambda: graded(
            "FIRST",
            [{"when": {"requested_amount": f"< {at}{' ' * 1_900}"}, "grade": "A"} for at in range(1_000)],
        ),
        "cells and expressions are longer than 500000 characters together",
    ),
    "hundreds of loops": (
        lambda: knocked_out([f"count(for i in 1..{at + 2} return i) > months" for at in range(101)]),
        "more than 100 tests and values have loops, functions, contexts or patterns, in table knock_outs, row 101",
    ),
    "hundreds of slow patterns": (
        lambda: knocked_out([f'matches("{"a" * 40}{at}", "^(a|a)*$")' for at in range(300)]),
        "matches: the pattern takes too long to match in table knock_outs, row 1, column 1",
    ),
    "a pattern that is none": (
        lambda: knocked_out(['matches(region, "[")']),
        "matches: the pattern is not valid at character 1: it ends too early in table knock_outs, row 1, column 1",
    ),
    "hundreds of definitions": (lambda: chained(201), "there are more than 200 definitions"),
    "a circle of definitions": (
        lambda: {
            **copy.deepcopy(DOCUMENT),
            "definitions": {
                f"d{at}": {"type": "decimal", "scale": 4, "value": f"d{(at + 1) % 200} + 1"} for at in range(200)
            },
        },
        "definitions go in a circle: d0 -> d1 -> d2",
    ),
    "a definition of itself": (
        lambda: {
            **copy.deepcopy(DOCUMENT),
            "definitions": {"d": {"type": "decimal", "scale": 4, "value": "d + 1"}},
        },
        "definitions go in a circle: d -> d",
    ),
    "an integer beyond all amounts": (lambda: changed("version", 10**5_000), "is an integer of more than 18 digits"),
    "an amount beyond the numbers there are": (
        lambda: changed("knock_outs/rows/0/when", {"income": "> 1e6144"}),
        "`income` is money and `1E+6144` is a",
    ),
    "a name of thousands of characters": (
        lambda: changed("knock_outs/rows/0/when", {"income": f"> {'x' * 1_900}"}),
        f"unknown fact `{'x' * 62}…` in table knock_outs, row 1, column 1",
    ),
    "a key that is not Unicode": (
        lambda: {**copy.deepcopy(DOCUMENT), "\ud800": 1},
        "has a key that is not valid Unicode text",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_much_is_refused_in_time_and_in_words(name: str) -> None:
    write, words = REFUSED[name]
    document = write()
    with bounded_memory(), bounded_time(), pytest.raises(PolicyError) as refused:
        SETTING.load(document)
    assert any(words in fault.detail for fault in refused.value.faults), refused.value.faults[:3]
    assert len(refused.value.faults) <= 200


def test_of_a_part_that_is_missing_nothing_further_is_missed() -> None:
    document = copy.deepcopy(DOCUMENT)
    del document["knock_outs"]
    with pytest.raises(PolicyError) as refused:
        SETTING.load(document)
    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [
        ("/knock_outs", "`knock_outs` is missing")
    ]
