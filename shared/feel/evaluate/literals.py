"""Values written down, lists and contexts of them, names and paths (DMN 1.5, 10.3.2.1 to 10.3.2.6)."""

from collections import Counter

from shared.feel.evaluate.code import Code, Compiler, Scope, captured, constant, failure
from shared.feel.evaluate.functions import builtin_value
from shared.feel.evaluate.run import Run
from shared.feel.operators import half_bounded, interval, negate, property_of
from shared.feel.syntax import tree
from shared.feel.values import FeelError, Value
from shared.feel.values.text import at_literal
from shared.feel.walk import names_in

_CONTEXT_STEPS = 2
_RANGE_STEPS = 2

Literal = tree.NumberLiteral | tree.StringLiteral | tree.BooleanLiteral


def constant_of(node: tree.Node) -> Value:
    """The value of a node that is one for certain, None for any other node."""
    match node:
        case tree.NumberLiteral(value) | tree.StringLiteral(value) | tree.BooleanLiteral(value):
            return value
        case tree.Negation(tree.NumberLiteral(value)):
            return negate(value)
        case tree.AtLiteral(text):
            return at_literal(text)
    return None


def compile_literal(node: Literal, _compiler: Compiler) -> Code:
    """`1`, `"text"`, `true`."""
    return constant(node.value)


def compile_null(_node: tree.NullLiteral, _compiler: Compiler) -> Code:
    """`null`."""
    return constant(None)


def compile_at_literal(node: tree.AtLiteral, _compiler: Compiler) -> Code:
    """`@"2026-01-31"`; null where the text is no date, time, date and time or duration."""
    value = at_literal(node.text)
    if value is not None:
        return constant(value)
    return failure(f'`@"{node.text[:64]}"` is no date, time, date and time or duration')


def compile_name(node: tree.Name, _compiler: Compiler) -> Code:
    """A variable, or else a built-in function."""
    name = node.name

    def code(scope: Scope, run: Run) -> Value:
        try:
            return scope[name]
        except KeyError:
            return _builtin_of(name, run)

    return code


def _builtin_of(name: str, run: Run) -> Value:
    try:
        value = builtin_value(name, run)
    except FeelError as fault:
        run.note(fault)
        return None
    if value is None:
        run.note(f"unknown name `{name}`")
    return value


def compile_path(node: tree.Path, compiler: Compiler) -> Code:
    """`source.name`; of a list, the list of those of its items."""
    source, name = compiler.compile(node.source), node.name

    def code(scope: Scope, run: Run) -> Value:
        value = source(scope, run)
        try:
            if isinstance(value, dict):
                return value[name]
            run.look_into(value)
            return property_of(value, name)
        except KeyError:
            run.note(f"the context has no entry `{name}`")
        except FeelError as fault:
            run.note(fault)
        return None

    return code


def compile_list(node: tree.ListLiteral, compiler: Compiler) -> Code:
    """`[item, ...]`."""
    values = [constant_of(item) for item in node.items]
    if None not in values:
        return constant(values)
    items, steps = compiler.compile_all(node.items), len(values)

    def code(scope: Scope, run: Run) -> Value:
        try:
            run.spend(steps)
        except FeelError as fault:
            run.note(fault)
            return None
        return [item(scope, run) for item in items]

    return code


def compile_context(node: tree.ContextLiteral, compiler: Compiler) -> Code:
    """`{key: value, ...}`: each value in the scope of the entries before it. Null where a key comes twice."""
    entries = tuple((key, compiler.compile(value)) for key, value in node.entries)
    names, steps = names_in(node), len(entries) + _CONTEXT_STEPS
    repeated = [key for key, times in Counter(key for key, _ in entries).items() if times > 1]
    if repeated:
        return failure(f"the context has two entries `{repeated[0]}`")

    def code(scope: Scope, run: Run) -> Value:
        try:
            run.spend(steps)
        except FeelError as fault:
            run.note(fault)
            return None
        # Functions among the values keep this very scope, so that they know one another, and themselves.
        inner = captured(scope, names)
        made: dict[str, Value] = {}
        for key, value in entries:
            made[key] = inner[key] = value(inner, run)
        return made

    return code


def compile_interval(node: tree.Interval, compiler: Compiler) -> Code:
    """`[low..high]`. Null where the ends are of different kinds, or not in order."""
    low, high = compiler.compile(node.low), compiler.compile(node.high)
    low_included, high_included = node.low_included, node.high_included
    ends = constant_of(node.low), constant_of(node.high)
    if None not in ends:
        try:
            return constant(interval(*ends, low_included, high_included))
        except FeelError as fault:
            return failure(str(fault))

    def code(scope: Scope, run: Run) -> Value:
        try:
            run.spend(_RANGE_STEPS)
            return interval(low(scope, run), high(scope, run), low_included, high_included)
        except FeelError as fault:
            run.note(fault)
            return None

    return code


def compile_half_range(node: tree.UnaryComparison, compiler: Compiler) -> Code:
    """`(< end)` as a value: a range without a bound on its other side."""
    operator, end = node.operator, compiler.compile(node.end)

    def code(scope: Scope, run: Run) -> Value:
        return half_bounded(operator, end(scope, run))

    return code
