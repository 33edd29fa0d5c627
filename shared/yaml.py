"""YAML read strictly: a key that stands twice in a mapping is an error and not a silent loss."""

from collections.abc import Hashable
from typing import Any, Final

import yaml

_MERGE: Final = "tag:yaml.org,2002:merge"


class _StrictLoader(yaml.SafeLoader):
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


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_yaml(text: str) -> Any:
    """Return the document in `text`; raises `yaml.YAMLError` for what is not strict YAML."""
    return yaml.load(text, _StrictLoader)  # noqa: S506 - a subclass of the safe loader
