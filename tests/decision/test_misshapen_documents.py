"""Catalogue documents in which something has the wrong shape: refused in so many words, never an error of ours."""

import copy
import random
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from services.migrate import PROJECT
from shared.yaml import load_yaml
from tests.kit.catalogue import attempt

_CATALOGUE: Final = PROJECT / "deploy" / "catalogue"
_DOCUMENTS: Final = {"product": 300, "reasons": 300, "policy": 200}
"""The kinds of documents, and how many misshapen ones of each are sent."""
_FOLDERS: Final = {"product": "products", "reasons": "reasons", "policy": "policies"}
_SHAPES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 10**18, 10**400, 0.5, 1e308),
    *("", " ", "x" * 300, "a/b~c", "../..", "\u202e", "{0.__class__}", "null"),
    *([], [None], [[]], ["x", 1], {}, {"": {}}, {"name": None}, [{"when": 1}]),
)


@pytest.mark.parametrize("kind", _DOCUMENTS)
async def test_a_misshapen_document_is_refused_with_what_is_wrong(los: httpx.AsyncClient, kind: str) -> None:
    sound = load_yaml((_CATALOGUE / _FOLDERS[kind] / "consumer-loan.yaml").read_text())
    chance = random.Random(kind)
    refused = 0
    for _ in range(_DOCUMENTS[kind]):
        document = _misshapen(sound, chance)
        answer = await attempt(los, kind, document)
        assert answer.status_code in (200, 201, 409, 422), (answer.text, document)
        if answer.is_error:
            problem = answer.json()
            assert problem["detail"]
            assert all(fault["detail"] for fault in problem.get("errors", []))
            refused += 1
    # Some shapes are sound by chance: an empty list of cases, another title.
    assert refused > _DOCUMENTS[kind] / 2


def _misshapen(sound: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return the document with one value, up to three, replaced, dropped, or under another key."""
    document = copy.deepcopy(sound)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        container, key = chance.choice(list(_places(document)))
        value = container.pop(key)
        match chance.randrange(4):
            case 0 if isinstance(container, dict):
                container[chance.choice(("", "naem", "x" * 100, "a/b~c"))] = value
            case 1:
                pass
            case _ if isinstance(container, dict):
                container[key] = copy.deepcopy(chance.choice(_SHAPES))
            case _:
                container.insert(key, copy.deepcopy(chance.choice(_SHAPES)))
        if not document:
            break
    return document


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container within `node` with every key or index of it."""
    entries = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
    for key, value in entries:
        yield node, key
        yield from _places(value)


@pytest.mark.parametrize("kind", _DOCUMENTS)
async def test_what_is_no_document_at_all_is_refused(los: httpx.AsyncClient, kind: str) -> None:
    for document in _SHAPES:
        answer = await attempt(los, kind, document)
        assert answer.status_code in (409, 422), (answer.text, document)
