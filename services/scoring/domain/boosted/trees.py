"""The trees of an ensemble, checked before a runtime sees them: whole, free of cycles, small enough, within the row.

A runtime follows node numbers and feature numbers as they stand in the file; what is wrong with them is found here.
Attributes are those of https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html and its classifier.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from services.scoring.domain.boosted.graph import CLASSIFIER, Graph
from services.scoring.domain.boosted.wire import WireError

MOST_NODES: Final = 200_000
EXACT_SUM: Final = 2**24
"""32-bit floats hold every integer up to here, so integers that add up to no more do so exactly, in any order."""

_BRANCHES: Final = frozenset({"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"})
_NODES: Final = ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")
_MAY_BE_ABSENT: Final = ("hitrates", "missing_value_tracks_true")
_TRANSFORMS: Final = frozenset({"NONE", "LOGISTIC", "SOFTMAX"})

_Node = tuple[int, int]
"""A tree and a node of it."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """What a sound ensemble answers: `columns` numbers a row, after `comparisons` of the row with a node at most.

    `bounds` are the lowest and the highest answer in whole numbers, where every leaf holds a whole number and no sum of
    them can leave the range in which 32-bit floats are exact; else None.
    """

    columns: int
    comparisons: int
    bounds: tuple[int, int] | None


def check_trees(graph: Graph, width: int) -> Ensemble:
    """Return what the ensemble of `graph` answers; raises `WireError` with the first thing wrong with its trees."""
    attributes = graph.attributes
    is_classifier = graph.operator == CLASSIFIER
    leaf = "class" if is_classifier else "target"
    own = {"classlabels_int64s"} if is_classifier else {"n_targets", "aggregate_function"}
    weights = {f"{leaf}_{column}" for column in ("treeids", "nodeids", "ids", "weights")}
    known = {f"nodes_{column}" for column in (*_NODES, *_MAY_BE_ABSENT)}
    unread = sorted(attributes.keys() - known - weights - own - {"base_values", "post_transform"})
    if unread:
        raise WireError(f"attribute {unread[0][:64]!r} is not read")
    columns = len(attributes.get("classlabels_int64s", ())) if is_classifier else attributes.get("n_targets", 1)
    if columns != (2 if is_classifier else 1):
        raise WireError("the ensemble must tell two classes apart, or answer one number")
    if attributes.get("post_transform", "NONE") not in _TRANSFORMS:
        raise WireError("attribute 'post_transform' has a value that is not read")
    leaves, comparisons = _leaves(attributes, width)
    values = _weights(attributes, leaf, leaves, columns)
    base = _numbers(attributes, "base_values", float, None)
    plain = attributes.get("post_transform", "NONE") == "NONE"
    summed = attributes.get("aggregate_function", "SUM") == "SUM"
    exact = plain and summed and not is_classifier
    return Ensemble(columns, comparisons, _bounds(leaves, values, base) if exact else None)


def _numbers(attributes: Mapping[str, Any], name: str, kind: type, count: int | None) -> list[Any]:
    """Return the list of an attribute, of `count` items unless None; what holds no number is refused."""
    found = attributes.get(name, [])
    if not isinstance(found, list) or any(type(item) is not kind for item in found):
        raise WireError(f"attribute {name!r} has another type than it should")
    if count is not None and len(found) != count:
        raise WireError(f"attribute {name!r} must have one item for each node or leaf")
    if kind is float and not all(map(isfinite, found)):
        raise WireError(f"attribute {name!r} has a number that is not finite")
    return found


def _leaves(attributes: Mapping[str, Any], width: int) -> tuple[set[_Node], int]:
    """Return the leaves of all trees, each known to be a tree, and the comparisons that lead to the deepest ones."""
    trees = _numbers(attributes, "nodes_treeids", int, None)
    count = len(trees)
    if not 1 <= count <= MOST_NODES:
        raise WireError(f"trees must have 1 to {MOST_NODES} nodes")
    kinds = {"modes": str, "values": float, "hitrates": float}
    read = {column: _numbers(attributes, f"nodes_{column}", kinds.get(column, int), count) for column in _NODES}
    for column in _MAY_BE_ABSENT:
        if f"nodes_{column}" in attributes:
            _numbers(attributes, f"nodes_{column}", kinds.get(column, int), count)
    nodes = list(zip(trees, read["nodeids"], strict=True))
    children: dict[_Node, tuple[_Node, ...]] = {}
    for index, (node, mode, feature) in enumerate(zip(nodes, read["modes"], read["featureids"], strict=True)):
        if mode != "LEAF" and (mode not in _BRANCHES or not 0 <= feature < width):
            raise WireError("a node compares in an unknown way, or looks at a number that the row does not have")
        below = () if mode == "LEAF" else (read["truenodeids"][index], read["falsenodeids"][index])
        children[node] = tuple((node[0], child) for child in below)
    if len(children) != count:
        raise WireError("a node of a tree stands twice")
    comparisons = _comparisons(nodes, children)
    return {node for node, below in children.items() if not below}, comparisons


def _comparisons(nodes: list[_Node], children: Mapping[_Node, tuple[_Node, ...]]) -> int:
    """Return the length of the deepest paths of all trees together; raises `WireError` unless they are trees.

    Where no node has two parents and all are reached from the first of their tree, there is no cycle.
    """
    parents = Counter(child for below in children.values() for child in below)
    roots = {tree: (tree, number) for tree, number in reversed(nodes)}
    if any(child not in children for child in parents) or max(parents.values(), default=1) > 1:
        raise WireError("the branches of a tree must lead to nodes of it, each by one way")
    level, reached, comparisons = list(roots.values()), len(roots), 0
    while level:
        deeper = [node for node in level if children[node]]
        # One comparison for each tree that goes on, whatever the number of its branches at this depth.
        comparisons += len({tree for tree, _ in deeper})
        level = [child for node in deeper for child in children[node]]
        reached += len(level)
        if reached > len(children):
            break
    if reached != len(children):
        raise WireError("a tree has a cycle, or nodes that nothing leads to")
    return comparisons


def _weights(attributes: Mapping[str, Any], leaf: str, leaves: set[_Node], columns: int) -> dict[_Node, float]:
    """Return the weight of each leaf that has one; of several columns, any."""
    trees = _numbers(attributes, f"{leaf}_treeids", int, None)
    nodes, ids = (_numbers(attributes, f"{leaf}_{column}", int, len(trees)) for column in ("nodeids", "ids"))
    weights = _numbers(attributes, f"{leaf}_weights", float, len(trees))
    places = list(zip(trees, nodes, strict=True))
    if not leaves.issuperset(places) or any(not 0 <= number < columns for number in ids):
        raise WireError("a weight belongs to no leaf, or to no column of the answer")
    if len(set(zip(places, ids, strict=True))) != len(places):
        raise WireError("a leaf has two weights")
    return dict(zip(places, weights, strict=True))


def _bounds(leaves: set[_Node], weights: Mapping[_Node, float], base: list[float]) -> tuple[int, int] | None:
    if not all(value.is_integer() for value in (*weights.values(), *base)):
        return None
    lowest: dict[int, int] = {}
    highest: dict[int, int] = {}
    for leaf in leaves:
        value = int(weights.get(leaf, 0.0))
        lowest[leaf[0]] = min(value, lowest.get(leaf[0], value))
        highest[leaf[0]] = max(value, highest.get(leaf[0], value))
    start = [int(value) for value in base]
    farthest = sum(map(abs, start)) + sum(max(abs(lowest[tree]), abs(highest[tree])) for tree in lowest)
    return (sum(lowest.values()) + sum(start), sum(highest.values()) + sum(start)) if farthest <= EXACT_SUM else None
