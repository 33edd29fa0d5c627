"""The drawing of the requirements graph: layers from the facts up to the last decisions (DMN 1.5, 13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.policies.interchange.markup import Tag

_INPUT_SIZE: Final = (125, 45)
_DECISION_SIZE: Final = (180, 80)
_COLUMN: Final = 220
_LAYER: Final = 150
_ROW: Final = 110
_PER_ROW: Final = 12
_MARGIN: Final = 60


@dataclass(frozen=True, slots=True)
class Node:
    """An element of the graph by its id, and the ids of those that it needs."""

    id: str
    decision: bool
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Box:
    x: int
    y: int
    width: int
    height: int


def diagram(nodes: Sequence[Node]) -> Tag:
    """Return the drawing of a graph without circles: what needs something stands above it."""
    boxes = _placed(nodes)
    shapes = [_shape(node.id, boxes[node.id]) for node in nodes]
    edges = [_edge(node.id, need, boxes) for node in nodes for need in node.needs]
    return Tag("dmndi:DMNDI", children=(Tag("dmndi:DMNDiagram", {"id": "diagram"}, (*shapes, *edges)),))


def _placed(nodes: Sequence[Node]) -> Mapping[str, _Box]:
    """Each layer in rows, its nodes ordered by where what they need stands, so that few edges cross."""
    layers = _layers(nodes)
    center: dict[str, float] = {}
    rows: list[list[Node]] = []
    for layer in range(max(layers.values(), default=0) + 1):
        members = [node for node in nodes if layers[node.id] == layer]
        members.sort(key=lambda node: sum(center.get(need, 0.0) for need in node.needs) / max(1, len(node.needs)))
        for start in range(0, len(members), _PER_ROW):
            row = members[start : start + _PER_ROW]
            rows.append(row)
            for at, node in enumerate(row):
                center[node.id] = at - len(row) / 2
    tops = _tops(rows, layers)
    boxes = {}
    for row, top in zip(rows, tops, strict=True):
        for node in row:
            width, height = _DECISION_SIZE if node.decision else _INPUT_SIZE
            middle = _MARGIN + (center[node.id] + _PER_ROW / 2) * _COLUMN + _COLUMN / 2
            boxes[node.id] = _Box(round(middle - width / 2), top, width, height)
    return boxes


def _layers(nodes: Sequence[Node]) -> Mapping[str, int]:
    """The length of the longest way from each node down to the facts."""
    by_id = {node.id: node for node in nodes}
    layers = {node.id: 0 for node in nodes}
    for _ in nodes:
        changed = False
        for node in by_id.values():
            layer = max((layers[need] + 1 for need in node.needs), default=int(node.decision))
            if layer > layers[node.id] and layer <= len(nodes):
                layers[node.id], changed = layer, True
        if not changed:
            break
    return layers


def _tops(rows: Sequence[Sequence[Node]], layers: Mapping[str, int]) -> list[int]:
    """The upper edge of each row; the first, at the bottom, is that of the facts."""
    offsets, below = [0], layers[rows[0][0].id] if rows and rows[0] else 0
    for row in rows[1:]:
        layer = layers[row[0].id]
        offsets.append(offsets[-1] + (_LAYER if layer != below else _ROW))
        below = layer
    return [_MARGIN + offsets[-1] - offset for offset in offsets]


def _shape(identity: str, box: _Box) -> Tag:
    bounds = {"height": str(box.height), "width": str(box.width), "x": str(box.x), "y": str(box.y)}
    return Tag("dmndi:DMNShape", {"id": f"shape_{identity}", "dmnElementRef": identity}, (Tag("dc:Bounds", bounds),))


def _edge(identity: str, need: str, boxes: Mapping[str, _Box]) -> Tag:
    below, above = boxes[need], boxes[identity]
    points = ((below.x + below.width // 2, below.y), (above.x + above.width // 2, above.y + above.height))
    requirement = f"{identity}_needs_{need}"
    return Tag(
        "dmndi:DMNEdge",
        {"id": f"edge_{requirement}", "dmnElementRef": requirement},
        [Tag("di:waypoint", {"x": str(x), "y": str(y)}) for x, y in points],
    )
