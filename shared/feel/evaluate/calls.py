"""Functions: calling them, and making them (DMN 1.5, 10.3.2.12 to 10.3.2.14)."""

from collections.abc import Callable, Mapping, Sequence

from shared.feel.evaluate.code import Code, Compiler, Scope, captured
from shared.feel.evaluate.external import external_function
from shared.feel.evaluate.frames import Frames, frames_of
from shared.feel.evaluate.run import Run
from shared.feel.library import BUILTINS
from shared.feel.library.signature import Builtin
from shared.feel.syntax import tree
from shared.feel.types import (
    ANY,
    FeelType,
    FunctionOf,
    TypedFunction,
    coerce,
    read_type,
    typed_function,
)
from shared.feel.values import FeelError, Function, Value, kind_of
from shared.feel.walk import names_in

_CHARACTERS_A_STEP = 8
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
            raise FeelError(f"the function takes {len(parameters)} arguments, not {len(arguments)}")
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
    if isinstance(function, TypedFunction):
        fits = function.accepts(len(arguments))
    else:
        fits = len(arguments) == len(function.parameters)
    if not fits:
        raise FeelError(f"the function takes {len(function.parameters)} arguments, not {len(arguments)}")
    return function.invoke(arguments)


def _placed(function: Function, arguments: Sequence[Value], names: Sequence[str]) -> list[Value]:
    """Named arguments in the order of the parameters."""
    given = dict(zip(names, arguments, strict=True))
    for name in names:
        if name not in function.parameters:
            raise FeelError(f"the function has no parameter `{name}`")
    for parameter in function.parameters:
        if parameter not in given:
            raise FeelError(f"the argument `{parameter}` is missing")
    return [given[parameter] for parameter in function.parameters]


def builtin_value(name: str, run: Run) -> Value:
    """A built-in function as a value, None for a name that is none."""
    if name in CLOCK:
        return typed_function((), ANY, lambda _arguments: CLOCK[name](run))
    builtin = BUILTINS.get(name)
    if builtin is None:
        return None
    parameters = builtin.function.parameters
    return TypedFunction(
        parameters,
        lambda arguments: _call_builtin(builtin, arguments, None, run),
        FunctionOf(None, ANY),
        builtin.arities,
    )


def _call_builtin(builtin: Builtin, arguments: Sequence[Value], names: Sequence[str] | None, run: Run) -> Value:
    run.spend()
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
    finally:
        if calls_back:
            run.leave(_CALLBACK_FRAMES)
    if isinstance(result, list):
        run.spend(len(result))
    elif isinstance(result, str):
        run.spend(len(result) // _CHARACTERS_A_STEP)
    return result


def compile_call(node: tree.Call, compiler: Compiler) -> Code:
    """`function(argument, ...)`. Null, with a note, where there is no such function or it cannot take the arguments."""
    arguments, names = compiler.compile_all(node.arguments), node.names
    if names is not None and len(set(names)) < len(names):
        return _failing(arguments, "an argument is given twice")
    if isinstance(node.function, tree.Name):
        name = node.function.name
        if name in BUILTINS:
            return _builtin_call(BUILTINS[name], name, arguments, names)
        if name in CLOCK:
            return _clock_call(name, arguments)
    function = compiler.compile(node.function)

    def code(scope: Scope, run: Run) -> Value:
        callee = function(scope, run)
        if callee is None:
            run.note("there is no function to call")
            return None
        try:
            return call_function(callee, [argument(scope, run) for argument in arguments], names)
        except FeelError as fault:
            run.note(fault)
            return None

    return code


def _builtin_call(builtin: Builtin, name: str, arguments: tuple[Code, ...], names: tuple[str, ...] | None) -> Code:
    """A call by the name of a built-in function, which a function of that name in the scope hides."""

    def code(scope: Scope, run: Run) -> Value:
        hiding = scope.get(name)
        values = [argument(scope, run) for argument in arguments]
        try:
            if isinstance(hiding, Function):
                return call_function(hiding, values, names)
            return _call_builtin(builtin, values, names, run)
        except FeelError as fault:
            run.note(fault)
            return None

    return code


def _clock_call(name: str, arguments: tuple[Code, ...]) -> Code:
    clock = CLOCK[name]

    def code(scope: Scope, run: Run) -> Value:
        hiding = scope.get(name)
        try:
            if isinstance(hiding, Function):
                return call_function(hiding, [argument(scope, run) for argument in arguments], None)
        except FeelError as fault:
            run.note(fault)
            return None
        if arguments:
            run.note(f"`{name}` takes no arguments")
            return None
        return clock(run)

    return code


def _failing(arguments: tuple[Code, ...], message: str) -> Code:
    def code(scope: Scope, run: Run) -> Value:
        for argument in arguments:
            argument(scope, run)
        run.note(message)
        return None

    return code


def compile_function(node: tree.FunctionLiteral, compiler: Compiler) -> Code:
    """`function(name: type, ...) body`: a function that keeps the scope it was made in."""
    try:
        parameters = tuple(
            (name, ANY if type_ is None else read_type(type_, compiler.types)) for name, type_ in node.parameters
        )
    except FeelError as fault:
        return _failing((), str(fault))
    body = compiler.compile(node.body)
    if node.external:
        return _external(parameters, body)
    names, frames = names_in(node), frames_of(node.body)

    def code(scope: Scope, run: Run) -> Value:
        def evaluate(bound: dict[str, Value]) -> Value:
            return body({**captured(scope, names), **bound}, run)

        return define_function(parameters, ANY, evaluate, run, frames)

    return code


def _external(parameters: tuple[tuple[str, FeelType], ...], body: Code) -> Code:
    def code(scope: Scope, run: Run) -> Value:
        try:
            invoke = external_function(body(scope, run))
        except FeelError as fault:
            run.note(fault)
            return None

        def evaluate(bound: dict[str, Value]) -> Value:
            return invoke([bound[name] for name, _ in parameters])

        return define_function(parameters, ANY, evaluate, run, Frames(20, 0))

    return code
