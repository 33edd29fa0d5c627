"""Functions on contexts (DMN 1.5, 10.3.4.10)."""

from shared.feel.library.signature import ANY, CONTEXT, STRING, Parameter, builtin, form, list_of
from shared.feel.values import FeelError, Value


def _get_value(context: dict[str, Value], key: str) -> Value:
    return context.get(key)


def _get_entries(context: dict[str, Value]) -> Value:
    return [{"key": key, "value": value} for key, value in context.items()]


def _context(entries: list[dict[str, Value]]) -> Value:
    made: dict[str, Value] = {}
    for entry in entries:
        key = entry.get("key")
        if not isinstance(key, str) or "value" not in entry:
            raise FeelError("an entry has a `key`, which is a string, and a `value`")
        if key in made:
            raise FeelError("two entries have the same key")
        made[key] = entry["value"]
    return made


def _put(context: dict[str, Value], key: str, value: Value) -> Value:
    return context | {key: value}


def _put_deep(context: dict[str, Value], keys: list[str], value: Value) -> Value:
    """The context with another value at the end of a path; the contexts on the way to it are new ones too."""
    if not keys:
        raise FeelError("the list of keys is empty")
    made = dict(context)
    place = made
    for key in keys[:-1]:
        inner = place.get(key)
        if not isinstance(inner, dict):
            raise FeelError("the keys do not lead to a context")
        place[key] = inner = dict(inner)
        place = inner
    place[keys[-1]] = value
    return made


def _merge(contexts: list[dict[str, Value]]) -> Value:
    merged: dict[str, Value] = {}
    for context in contexts:
        merged |= context
    return merged


_M = Parameter("m", CONTEXT)
_CONTEXT = Parameter("context", CONTEXT)
_VALUE = Parameter("value", ANY, nullable=True)

FUNCTIONS = (
    builtin("get value", "Any", form(_get_value, _M, Parameter("key", STRING))),
    builtin("get entries", "list<context<key: string, value: Any>>", form(_get_entries, _M)),
    builtin("context", "context", form(_context, Parameter("entries", list_of(CONTEXT)))),
    builtin(
        "context put",
        "context",
        form(_put, _CONTEXT, Parameter("key", STRING), _VALUE),
        form(_put_deep, _CONTEXT, Parameter("keys", list_of(STRING)), _VALUE),
    ),
    builtin("context merge", "context", form(_merge, Parameter("contexts", list_of(CONTEXT)))),
)
