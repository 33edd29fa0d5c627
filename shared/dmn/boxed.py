"""Boxed expressions, put together from parts that are compiled already (DMN 1.5, 10.2).

They are stricter than the textual forms that they resemble: what has to be a boolean or a collection and is not, null
included, makes the whole null.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.feel.evaluate import (
    Compiled,
    Frames,
    Run,
    Scope,
    call_function,
    define_function,
    external_function,
    items_of,
)
from shared.feel.evaluate.code import Code
from shared.feel.types import ANY, FeelType, coerce
from shared.feel.values import FeelError, Range, Value, kind_of


@dataclass(frozen=True, slots=True)
class Part:
    """The code of an expression, and the frames of Python that it takes."""

    code: Code
    frames: Frames

    @staticmethod
    def around(code: Code, parts: "Iterable[Part]" = (), step: int = 1, function: int = 0) -> "Part":
        """A part that runs others `step` frames further, and calls functions `function` frames further (0: none)."""
        inner = [part.frames for part in parts]
        deepest = max((frames.all for frames in inner), default=0)
        calling = max((frames.calling for frames in inner), default=0)
        return Part(code, Frames(max(step + deepest, function), max(step + calling if calling else 0, function)))


def feel(compiled: Compiled) -> Part:
    """FEEL as a part."""
    return Part(compiled.code, compiled.frames)


def fault(message: str) -> Part:
    """Null, and a note why."""

    def code(_scope: Scope, run: Run) -> Value:
        run.note(message)
        return None

    return Part.around(code)


def null() -> Part:
    """Null."""
    return Part.around(lambda _scope, _run: None)


def typed(part: Part, type_: FeelType) -> Part:
    """The value of a part made to fit a type, null with a note where it does not."""
    if type_ == ANY:
        return part
    inner = part.code

    def code(scope: Scope, run: Run) -> Value:
        return coerced(inner(scope, run), type_, run)

    return Part.around(code, [part])


def coerced(value: Value, type_: FeelType, run: Run) -> Value:
    """A value made to fit a type, null with a note where it does not."""
    if value is None:
        return None
    try:
        return coerce(value, type_)
    except FeelError as error:
        run.note(error)
        return None


def conditional(condition: Part, then: Part, otherwise: Part) -> Part:
    """One of two values."""

    def code(scope: Scope, run: Run) -> Value:
        try:
            chosen = then if _boolean(condition.code(scope, run)) else otherwise
        except FeelError as error:
            run.note(error)
            return None
        return chosen.code(scope, run)

    return Part.around(code, [condition, then, otherwise])


def context(entries: Sequence[tuple[str | None, Part]]) -> Part:
    """A context whose entries see those before them; an entry without a name is the value of the whole."""

    def code(scope: Scope, run: Run) -> Value:
        # Functions among the entries keep this very scope, so that they know one another, and themselves.
        inner = dict(scope)
        made: dict[str, Value] = {}
        for name, part in entries:
            value = part.code(inner, run)
            if name is None:
                return value
            made[name] = inner[name] = value
        return made

    return Part.around(code, [part for _, part in entries])


def list_of(items: Sequence[Part]) -> Part:
    """A list of values."""

    def code(scope: Scope, run: Run) -> Value:
        return [item.code(scope, run) for item in items]

    return Part.around(code, items, step=2)


def record(entries: Sequence[tuple[str, Part]]) -> Part:
    """A context whose entries do not see one another: a row of a relation."""

    def code(scope: Scope, run: Run) -> Value:
        return {name: part.code(scope, run) for name, part in entries}

    return Part.around(code, [part for _, part in entries], step=2)


def filtered(collection: Part, match: Part) -> Part:
    """The items for which `match` is true; it knows the `item`, and the entries of one that is a context."""

    def code(scope: Scope, run: Run) -> Value:
        kept: list[Value] = []
        try:
            for item in _items(collection.code(scope, run), run):
                entries = item if isinstance(item, dict) else {}
                if _boolean(match.code({**scope, "item": item, **entries}, run)):
                    kept.append(item)
        except FeelError as error:
            run.note(error)
            return None
        return kept

    return Part.around(code, [collection, match])


def iterated(iterator: str, collection: Part, result: Part) -> Part:
    """A result for each item; `partial` is the list of the results so far."""

    def code(scope: Scope, run: Run) -> Value:
        results: list[Value] = []
        try:
            for item in _items(collection.code(scope, run), run):
                run.spend(len(results) // 8)
                results.append(result.code({**scope, "partial": results.copy(), iterator: item}, run))
        except FeelError as error:
            run.note(error)
            return None
        return results

    return Part.around(code, [collection, result])


def quantified(every: bool, iterator: str, collection: Part, condition: Part) -> Part:
    """Whether a condition holds for all items, or for some. All are looked at: each condition must be a boolean."""

    def code(scope: Scope, run: Run) -> Value:
        try:
            items = _items(collection.code(scope, run), run)
            answers = {_boolean(condition.code({**scope, iterator: item}, run)) for item in items}
        except FeelError as error:
            run.note(error)
            return None
        return all(answers) if every else any(answers)

    return Part.around(code, [collection, condition], step=2)


def _items(value: Value, run: Run) -> Iterator[Value]:
    """The items of a collection. Raises FeelError for a value that is none."""
    if not isinstance(value, list | Range):
        raise FeelError(f"a {kind_of(value)} is not a collection")
    for item in items_of(value):
        run.spend()
        yield item


def _boolean(value: Value) -> bool:
    if not isinstance(value, bool):
        raise FeelError(f"the condition is a {kind_of(value)}, not a boolean")
    return value


def invocation(function: Part, names: Sequence[str], arguments: Sequence[Part]) -> Part:
    """A function called with named arguments."""

    def code(scope: Scope, run: Run) -> Value:
        callee = function.code(scope, run)
        if callee is None:
            run.note("there is no function to call")
            return None
        try:
            return call_function(callee, [argument.code(scope, run) for argument in arguments], names)
        except FeelError as error:
            run.note(error)
            return None

    return Part.around(code, [function, *arguments], step=2, function=2)


def function(parameters: Sequence[tuple[str, FeelType]], result: FeelType, body: Part) -> Part:
    """A function that keeps the scope it was made in."""

    def code(scope: Scope, run: Run) -> Value:
        def invoke(bound: dict[str, Value]) -> Value:
            return body.code({**scope, **bound}, run)

        return define_function(parameters, result, invoke, run, body.frames)

    return Part.around(code)


def external(description: Part, kind: str, names: Sequence[str]) -> Part:
    """The body of a function of another language: what its description names, called with the parameters `names`."""

    def code(scope: Scope, run: Run) -> Value:
        try:
            invoke = external_function({kind.lower(): description.code(scope, run)})
            return invoke([scope[name] for name in names])
        except FeelError as error:
            run.note(error)
            return None

    return Part.around(code, [description], function=20)
