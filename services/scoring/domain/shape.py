"""The shape of a JSON document, checked against a plain description of it, every fault located."""

from collections.abc import Mapping
from typing import Any, Final

from shared.errors import Fault
from shared.facts import pointer_token

Shape = Any
"""A type or a tuple of types; `[shape]` for an array; a dict for an object with exactly those keys, where a key
ending in `?` may be absent; `{ANY_KEY: shape}` for an object with keys of its own; `ANYTHING` for what only people
read."""

ANY_KEY: Final = "*"
ANYTHING: Final = object()

_WORDS: Final = {str: "a string", int: "an integer"}


def shape_faults(shape: Shape, value: object, pointer: str = "") -> list[Fault]:
    """Return every place where `value` departs from `shape`; pointers are RFC 6901.

    Binary floating point is a fault everywhere: a document with floats has no single canonical form to hash.
    """
    if isinstance(shape, dict):
        return _object_faults(shape, value, pointer)
    if isinstance(shape, list):
        return _array_faults(shape[0], value, pointer)
    if shape is ANYTHING:
        return _free_faults(value, pointer)
    allowed = shape if isinstance(shape, tuple) else (shape,)
    if type(value) in allowed:
        return []
    return [Fault(pointer, "wrong_type", "must be " + " or ".join(_WORDS.get(each, each.__name__) for each in allowed))]


def _object_faults(shape: Mapping[str, Shape], value: object, pointer: str) -> list[Fault]:
    if not isinstance(value, Mapping):
        return [Fault(pointer, "wrong_type", "must be an object")]
    if ANY_KEY in shape:
        shape = {str(key): shape[ANY_KEY] for key in value}
    known = {key.removesuffix("?"): (key, inner) for key, inner in shape.items()}
    faults = [
        Fault(f"{pointer}/{pointer_token(str(key))}", "unknown_key", "is not a key of this object")
        for key in value
        if key not in known
    ]
    for name, (key, inner) in known.items():
        if name in value:
            faults += shape_faults(inner, value[name], f"{pointer}/{name}")
        elif not key.endswith("?"):
            faults.append(Fault(f"{pointer}/{name}", "missing_key", "is required"))
    return faults


def _array_faults(shape: Shape, value: object, pointer: str) -> list[Fault]:
    if not isinstance(value, list):
        return [Fault(pointer, "wrong_type", "must be an array")]
    return [fault for index, item in enumerate(value) for fault in shape_faults(shape, item, f"{pointer}/{index}")]


def _free_faults(value: object, pointer: str) -> list[Fault]:
    if isinstance(value, Mapping):
        items = [(pointer_token(str(key)), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        items = [(str(index), inner) for index, inner in enumerate(value)]
    elif isinstance(value, float):
        return [Fault(pointer, "wrong_type", "must be an integer or a decimal written as a string")]
    else:
        return []
    return [fault for key, inner in items for fault in _free_faults(inner, f"{pointer}/{key}")]
