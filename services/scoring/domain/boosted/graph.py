"""What an ONNX file may hold to be served: one ensemble of trees over one row of numbers, and nothing else.

Nothing here runs the file. A graph of a single tree ensemble has no loops, no tensors that grow, no code of its own
and no files beside it, so the time and memory of a run are known before the first one (`trees`).
Field numbers are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.scoring.domain.boosted.wire import Field, Kind, Message, Shape, WireError, read_message

CLASSIFIER: Final = "TreeEnsembleClassifier"
REGRESSOR: Final = "TreeEnsembleRegressor"

_DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_ML_DOMAIN: Final = "ai.onnx.ml"
_FLOAT_TENSOR: Final = 1

_DIMENSION: Final[Shape] = {
    1: Field("size", Kind.INTEGER),
    2: Field("parameter", Kind.TEXT),
    3: Field("denotation", Kind.SKIPPED),
}
_TENSOR: Final[Shape] = {
    1: Field("element", Kind.INTEGER),
    2: Field("shape", Kind.MESSAGE, inner={1: Field("dimensions", Kind.MESSAGE, repeated=True, inner=_DIMENSION)}),
}
_INPUT: Final[Shape] = {
    1: Field("name", Kind.TEXT),
    2: Field("type", Kind.MESSAGE, inner={1: Field("tensor", Kind.MESSAGE, inner=_TENSOR)}),
    3: Field("doc", Kind.SKIPPED),
}
_OUTPUT: Final[Shape] = {
    1: Field("name", Kind.TEXT),
    2: Field("type", Kind.SKIPPED),
    3: Field("doc", Kind.SKIPPED),
}
_ATTRIBUTE: Final[Shape] = {
    1: Field("name", Kind.TEXT),
    2: Field("f", Kind.FLOAT),
    3: Field("i", Kind.INTEGER),
    4: Field("s", Kind.TEXT),
    5: Field("a tensor", Kind.REFUSED),
    6: Field("a graph", Kind.REFUSED),
    7: Field("floats", Kind.FLOAT, repeated=True),
    8: Field("ints", Kind.INTEGER, repeated=True),
    9: Field("strings", Kind.TEXT, repeated=True),
    13: Field("doc", Kind.SKIPPED),
    20: Field("type", Kind.INTEGER),
}
_NODE: Final[Shape] = {
    1: Field("inputs", Kind.TEXT, repeated=True),
    2: Field("outputs", Kind.TEXT, repeated=True),
    3: Field("name", Kind.SKIPPED),
    4: Field("operator", Kind.TEXT),
    5: Field("attributes", Kind.BYTES, repeated=True),
    6: Field("doc", Kind.SKIPPED),
    7: Field("domain", Kind.TEXT),
}
_GRAPH: Final[Shape] = {
    1: Field("nodes", Kind.MESSAGE, repeated=True, inner=_NODE),
    2: Field("name", Kind.SKIPPED),
    5: Field("initializers, which may lie in other files", Kind.REFUSED),
    10: Field("doc", Kind.SKIPPED),
    11: Field("inputs", Kind.MESSAGE, repeated=True, inner=_INPUT),
    12: Field("outputs", Kind.MESSAGE, repeated=True, inner=_OUTPUT),
    13: Field("values", Kind.SKIPPED, repeated=True),
    15: Field("sparse initializers", Kind.REFUSED),
}
_OPERATORS: Final[Shape] = {1: Field("domain", Kind.TEXT), 2: Field("version", Kind.INTEGER)}
_MODEL: Final[Shape] = {
    1: Field("ir_version", Kind.INTEGER),
    2: Field("producer", Kind.SKIPPED),
    3: Field("producer_version", Kind.SKIPPED),
    4: Field("domain", Kind.SKIPPED),
    5: Field("version", Kind.SKIPPED),
    6: Field("doc", Kind.SKIPPED),
    7: Field("graph", Kind.BYTES),
    8: Field("operators", Kind.MESSAGE, repeated=True, inner=_OPERATORS),
    14: Field("metadata", Kind.SKIPPED, repeated=True),
    20: Field("training information", Kind.REFUSED),
    25: Field("functions of its own", Kind.REFUSED),
}


@dataclass(frozen=True, slots=True)
class Graph:
    """The one node of a file: its operator, its attributes, and the names of its input and of its numeric answer."""

    operator: str
    input: str
    answer: str
    attributes: Mapping[str, Any]


def read_graph(content: bytes, width: int) -> Graph:
    """Return the graph of an ONNX file that takes rows of `width` numbers.

    Raises `WireError` for anything but one tree ensemble between one input of 32-bit floats and the outputs: operators
    of other domains first, then other operators, tensors, functions, training graphs and external data.
    """
    model = read_message(memoryview(content), _MODEL, "the file")
    foreign = {entry.get("domain", "") for entry in model["operators"]} - _DOMAINS
    if foreign:
        raise WireError(f"operators of the domain {_shown(min(foreign))} are custom and are not run")
    if "graph" not in model:
        raise WireError("the file has no graph")
    graph = read_message(model["graph"], _GRAPH, "graph")
    node = _only_node(graph)
    (given,) = graph["inputs"] if len(graph["inputs"]) == 1 else (None,)
    if given is None or not _is_rows(given, width):
        raise WireError(f"graph must have one input: 32-bit floats, rows of {width}")
    # A classifier answers with the class first and the probabilities second.
    place = 1 if node["operator"] == CLASSIFIER else 0
    answers = node["outputs"][place : place + 1]
    outputs = [output.get("name") for output in graph["outputs"]]
    if node["inputs"] != [given["name"]] or not answers or answers[0] not in outputs:
        raise WireError("graph must lead from its input through the tree ensemble to its output")
    return Graph(node["operator"], given["name"], answers[0], _attributes(node))


def _only_node(graph: Message) -> Message:
    for node in graph["nodes"]:
        operator, domain = node.get("operator", ""), node.get("domain", "")
        if domain not in _DOMAINS:
            raise WireError(f"operator {_shown(operator)} of {_shown(domain)} is custom and is not run")
        if operator not in (CLASSIFIER, REGRESSOR) or domain != _ML_DOMAIN:
            raise WireError(f"operator {_shown(operator)} is not run: only {CLASSIFIER} and {REGRESSOR} are")
    if len(graph["nodes"]) != 1:
        raise WireError("graph must have exactly one operator")
    only: Message = graph["nodes"][0]
    return only


def _is_rows(given: Message, width: int) -> bool:
    tensor = given.get("type", {}).get("tensor", {})
    dimensions = tensor.get("shape", {}).get("dimensions", [])
    if "name" not in given or tensor.get("element") != _FLOAT_TENSOR or len(dimensions) != 2:
        return False
    rows, columns = dimensions
    # Rows are as many as there are: a fixed number could not be scored together with its substitutions.
    return "size" not in rows and columns.get("size") == width


def _attributes(node: Message) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for content in node["attributes"]:
        attribute = read_message(content, _ATTRIBUTE, f"{node['operator']}.attribute")
        name = attribute.get("name", "")
        if name in found:
            raise WireError(f"attribute {_shown(name)} stands twice")
        lists = [attribute[key] for key in ("floats", "ints", "strings") if attribute[key]]
        values = [*lists, *(attribute[key] for key in ("f", "i", "s") if key in attribute)]
        if len(values) > 1:
            raise WireError(f"attribute {_shown(name)} has several values")
        found[name] = values[0] if values else []
    return found


def _shown(name: str) -> str:
    """Return a name out of a file as an error may show it: short, on one line."""
    return repr(name[:64])
