"""Where in a YAML text each value of the document stands, so that a fault can be shown under the words it is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from shared.facts import pointer_token
from shared.yaml import compose

_MERGE: Final = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of one line: `line` and `column` count from 1, `width` is in characters and at least 1."""

    line: int
    column: int
    width: int


@dataclass(frozen=True, slots=True)
class Places:
    """The key and the value that stand at each JSON pointer of a document."""

    text: str
    keys: Mapping[str, yaml.Node]
    values: Mapping[str, yaml.Node]

    @classmethod
    def of(cls, text: str) -> "Places":
        """Return the places of a YAML text that `shared.yaml.load_yaml` reads."""
        keys: dict[str, yaml.Node] = {}
        values: dict[str, yaml.Node] = {}
        root = compose(text)
        if root is not None:
            for pointer, key, value in _walk("", root):
                values.setdefault(pointer, value)
                if key is not None:
                    keys.setdefault(pointer, key)
        return cls(text, keys, values)

    def find(self, pointer: str, span: tuple[int, int] | None = None, *, of_key: bool = False) -> Place:
        """Return the place of `pointer`, or of the nearest value around it; of the characters `span` of its text."""
        while pointer not in self.values and pointer:
            pointer, span, of_key = pointer.rpartition("/")[0], None, False
        node = self.keys.get(pointer) if of_key else self.values.get(pointer)
        if node is None:
            return Place(1, 1, 1)
        if not isinstance(node, yaml.ScalarNode):
            node = self.keys.get(pointer, node)
        return self._place(node, span)

    def line(self, number: int) -> str:
        """Return line `number`, counted from 1."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _place(self, node: yaml.Node, span: tuple[int, int] | None) -> Place:
        start, end = node.start_mark, node.end_mark
        raw = self.text[start.index : end.index]
        if isinstance(node, yaml.ScalarNode) and span is not None and "\n" not in raw:
            offsets = _offsets(raw, node.style)
            if len(offsets) == len(node.value) + 1:
                first, last = offsets[min(span[0], len(node.value))], offsets[min(span[1], len(node.value))]
                return Place(start.line + 1, start.column + first + 1, max(1, last - first))
        width = len(raw.split("\n", 1)[0]) if isinstance(node, yaml.ScalarNode) else 1
        return Place(start.line + 1, start.column + 1, max(1, width))


def _walk(pointer: str, node: yaml.Node) -> Iterator[tuple[str, yaml.Node | None, yaml.Node]]:
    pending: list[tuple[str, yaml.Node | None, yaml.Node]] = [(pointer, None, node)]
    while pending:
        pointer, key, node = pending.pop()
        yield pointer, key, node
        if isinstance(node, yaml.MappingNode):
            own = [(name, value) for name, value in node.value if name.tag != _MERGE]
            merged = [value for name, value in node.value if name.tag == _MERGE]
            # What a mapping says itself goes before what it merges in; the stack is read from its end.
            for source in merged:
                sources = source.value if isinstance(source, yaml.SequenceNode) else [source]
                pending += [(pointer, key, one) for one in sources if isinstance(one, yaml.MappingNode)]
            pending += [(f"{pointer}/{pointer_token(name.value)}", name, value) for name, value in own]
        elif isinstance(node, yaml.SequenceNode):
            pending += [(f"{pointer}/{at}", None, item) for at, item in enumerate(node.value)]


def _offsets(raw: str, style: str | None) -> list[int]:
    """Return where in `raw` each character of the scalar's value starts, and where the last one ends."""
    if style == "'":
        offsets, at = [], 1
        while at < len(raw) - 1:
            offsets.append(at)
            at += 2 if raw.startswith("''", at) else 1
        return [*offsets, at]
    if style == '"':
        if "\\" in raw:
            return []  # An escape stands for one character in many ways; the whole text is pointed at instead.
        return list(range(1, len(raw)))
    if style in ("|", ">"):
        return []
    return list(range(len(raw) + 1))
