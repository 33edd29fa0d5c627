"""Functions as values: those that a model or an expression defines, and the built-in ones, called alike."""

from collections.abc import Callable, Mapping, Sequence

from shared.feel.evaluate.frames import Frames
from shared.feel.evaluate.run import Run
from shared.feel.library import BUILTINS, Builtin
from shared.feel.library.patterns import TooSlow
from shared.feel.types import ANY, FeelType, FunctionOf, TypedFunction, coerce, typed_function
from shared.feel.values import FeelError, Function, Value, kind_of

_CALL_STEPS = 10
_PATTERN_STEPS = 500
_PATTERN_FUNCTIONS = ("matches", "replace", "split")
_INVOCATION_FRAMES = 2
_CALLBACK_FRAMES = 10


def _now(run: Run) -> Value:
    return run.as_of


def _today(run: Run) -> Value:
    return run.as_of.date


CLOCK: Mapping[str, Callable[[Run], Value]] = {"now": _now, "today": _today}
"""The built-in functions that depend on the run. They take no arguments."""


def define_function(
    parameters: Sequence[tuple[str, FeelType]],
    result: FeelType,
    body: Callable[[dict[str, Value]], Value],
    run: Run,
    frames: Frames,
) -> TypedFunction:
    """A function of a run: `body` takes the arguments by their names, made to fit the types of the parameters.

    `frames` are those that `body` takes. Calling it raises FeelError for arguments that do not fit, for a result that
    does not, and where calls nest too deeply.
    """
    calling, depth = _INVOCATION_FRAMES + frames.calling, _INVOCATION_FRAMES + frames.all

    def invoke(arguments: Sequence[Value]) -> Value:
        if len(arguments) != len(parameters):
            plural = "" if len(parameters) == 1 else "s"
            raise FeelError(f"the function takes {len(parameters)} argument{plural}, not {len(arguments)}")
        bound = {
            name: _argument(name, value, type_) for (name, type_), value in zip(parameters, arguments, strict=True)
        }
        run.spend()
        run.enter(calling, depth)
        try:
            value = body(bound)
        finally:
            run.leave(calling)
        return coerce(value, result)

    return typed_function(parameters, result, invoke)


def _argument(name: str, value: Value, type_: FeelType) -> Value:
    try:
        return coerce(value, type_)
    except FeelError as fault:
        raise FeelError(f"`{name}`: {fault}") from None


def call_function(function: Value, arguments: Sequence[Value], names: Sequence[str] | None) -> Value:
    """The result of a function for arguments, in their order or, with `names`, by name. Raises FeelError."""
    if not isinstance(function, Function):
        raise FeelError(f"a {kind_of(function)} is not a function")
    if names is not None:
        arguments = _placed(function, arguments, names)
    return function.invoke(arguments)


def _placed(function: Function, arguments: Sequence[Value], names: Sequence[str]) -> list[Value]:
    """Named arguments in the order of the parameters, null for those not given (DMN 1.5, 10.3.2.13.5)."""
    given = dict(zip(names, arguments, strict=True))
    for name in names:
        if name not in function.parameters:
            raise FeelError(f"the function has no parameter `{name}`")
    placed = [given.get(parameter) for parameter in function.parameters]
    last = max((function.parameters.index(name) for name in names), default=-1)
    # Optional parameters of a built-in function, which come last, are left out rather than null.
    optional = isinstance(function, TypedFunction) and function.accepts(last + 1)
    return placed[: last + 1] if optional else placed


def builtin_value(name: str, run: Run) -> Value:
    """A built-in function as a value, None for a name that is none. Raises FeelError in an exhausted run."""
    run.spend(_CALL_STEPS)
    if name in CLOCK:
        clock = CLOCK[name]
        return define_function((), ANY, lambda _bound: clock(run), run, Frames(2, 0))
    builtin = BUILTINS.get(name)
    if builtin is None:
        return None
    parameters = builtin.function.parameters
    return TypedFunction(
        parameters,
        lambda arguments: call_builtin(builtin, arguments, None, run),
        FunctionOf(None, ANY),
        builtin.arities,
    )


def call_builtin(builtin: Builtin, arguments: Sequence[Value], names: Sequence[str] | None, run: Run) -> Value:
    """The result of a built-in function, all parts of its arguments accounted for. Raises FeelError."""
    run.spend(_PATTERN_STEPS if builtin.name in _PATTERN_FUNCTIONS else _CALL_STEPS)
    for argument in arguments:
        run.look_into(argument)
    calls_back = any(isinstance(argument, Function) for argument in arguments)
    if calls_back:
        run.enter(_CALLBACK_FRAMES, _CALLBACK_FRAMES)
    try:
        if names is None:
            result = builtin.invoke(arguments)
        else:
            result = builtin.invoke_named(dict(zip(names, arguments, strict=True)))
    except TooSlow as fault:
        run.give_up(str(fault))
    finally:
        if calls_back:
            run.leave(_CALLBACK_FRAMES)
    run.look_into(result)
    return result
