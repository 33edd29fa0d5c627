"""YAML read strictly: a key that stands twice in a mapping is an error and not a silent loss.

It is read in bounded time: what is nested too deep, too long, or made long by aliases of aliases is refused.
"""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Final

import yaml

MAX_CHARACTERS: Final = 10_000_000
MAX_DEPTH: Final = 50
MAX_VALUES: Final = 300_000
"""Values of a document, those that aliases repeat counted each time."""

_MERGE: Final = "tag:yaml.org,2002:merge"

if TYPE_CHECKING:
    from yaml import SafeLoader as _Loader
else:
    # The C parser is six times as fast, and it is there wherever PyYAML comes as a wheel.
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):
    """A safe loader that refuses duplicate keys."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == _MERGE:
            continue  # What `<<` brings in may be overridden; that is what it is for.
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, f"line {line}: a list or mapping can't be a key")
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"line {line}: the key {key!r} stands twice")
        seen.add(key)
    loader.flatten_mapping(node)
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True) for key, value in node.value
    }


def _scalar(construct: Callable[[_StrictLoader, yaml.ScalarNode], Any]) -> Callable[[Any, Any], Any]:
    """Let a scalar that looks like a value and is none be an error of YAML: a 31 June, an integer without end."""

    def value(loader: _StrictLoader, node: yaml.ScalarNode) -> Any:
        try:
            return construct(loader, node)
        except ValueError:
            words = f"line {node.start_mark.line + 1}: {node.value[:40]!r} is no value; write it in quotes"
            raise yaml.constructor.ConstructorError(None, None, words) from None

    return value


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
for _tag in ("int", "float", "timestamp"):
    _construct = yaml.SafeLoader.yaml_constructors[f"tag:yaml.org,2002:{_tag}"]
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _scalar(_construct))


def load_yaml(text: str) -> Any:
    """Return the document in `text`; raises `yaml.YAMLError` for what is not strict YAML, or has no bounds."""
    check_bounds(text)
    return yaml.load(text, _StrictLoader)  # noqa: S506 - a subclass of the safe loader


def compose(text: str) -> yaml.Node | None:
    """Return the nodes of `text` with their marks, for who asks where a value stands; bounds as for `load_yaml`."""
    check_bounds(text)
    node: yaml.Node | None = yaml.compose(text, _Loader)
    return node


def check_bounds(text: str) -> None:
    """Raise `yaml.YAMLError` when `text` is too long, nested too deep, or has too many values, aliases resolved."""
    if len(text) > MAX_CHARACTERS:
        raise yaml.YAMLError(f"the text is longer than {MAX_CHARACTERS:,} characters")
    sizes: dict[str, int] = {}
    # The whole document stands at the bottom; each open collection above it gathers the values inside.
    open_collections: list[tuple[str | None, int]] = [(None, 0)]
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.events.CollectionStartEvent):
            open_collections.append((event.anchor, 1))
            if len(open_collections) > MAX_DEPTH:
                raise yaml.YAMLError(f"line {_line(event)}: nested deeper than {MAX_DEPTH} levels")
            continue
        if isinstance(event, yaml.events.CollectionEndEvent):
            anchor, size = open_collections.pop()
        elif isinstance(event, yaml.events.AliasEvent):
            anchor, size = None, _repeated(event, sizes)
        elif isinstance(event, yaml.events.ScalarEvent):
            anchor, size = event.anchor, 1
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        around, total = open_collections[-1]
        open_collections[-1] = (around, total + size)
        if total + size > MAX_VALUES:
            raise yaml.YAMLError(f"line {_line(event)}: more than {MAX_VALUES:,} values")


def _repeated(event: yaml.events.AliasEvent, sizes: dict[str, int]) -> int:
    anchor = event.anchor or ""
    if anchor not in sizes:
        raise yaml.YAMLError(f"line {_line(event)}: `*{anchor}` stands for nothing before it")
    return sizes[anchor]


def _line(event: yaml.events.Event) -> int:
    return 0 if event.start_mark is None else event.start_mark.line + 1
