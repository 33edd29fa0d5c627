"""Calls of functions, and expressions that make functions (DMN 1.5, 10.3.2.12 to 10.3.2.14)."""

from collections import Counter

from shared.feel.evaluate.code import Code, Compiler, Scope, captured, failure
from shared.feel.evaluate.external import external_function
from shared.feel.evaluate.frames import Frames, frames_of
from shared.feel.evaluate.functions import CLOCK, builtin_value, call_builtin, call_function, define_function
from shared.feel.evaluate.run import Run
from shared.feel.library import BUILTINS, Builtin
from shared.feel.syntax import tree
from shared.feel.types import ANY, FeelType, read_type
from shared.feel.values import FeelError, Function, Value
from shared.feel.walk import names_in

_FUNCTION_STEPS = 10
_EXTERNAL_FRAMES = Frames(20, 0)


def compile_call(node: tree.Call, compiler: Compiler) -> Code:
    """`function(argument, ...)`. Null, with a note, where there is no such function or it cannot take the arguments."""
    arguments, names = compiler.compile_all(node.arguments), node.names
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        return failure(f"the argument `{repeated[0]}` is given twice")
    if isinstance(node.function, tree.Name) and node.function.name in BUILTINS:
        return _builtin_call(BUILTINS[node.function.name], arguments, names)
    function = _compile_callee(node.function, compiler)

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


def _compile_callee(node: tree.Node, compiler: Compiler) -> Code:
    """What is called. `now` and `today` can be called although a variable has that name."""
    if not isinstance(node, tree.Name) or node.name not in CLOCK:
        return compiler.compile(node)
    name = node.name

    def code(scope: Scope, run: Run) -> Value:
        hiding = scope.get(name)
        return hiding if isinstance(hiding, Function) else builtin_value(name, run)

    return code


def _builtin_call(builtin: Builtin, arguments: tuple[Code, ...], names: tuple[str, ...] | None) -> Code:
    """A call by the name of a built-in function, which a function of that name in the scope hides."""
    name = builtin.name

    def code(scope: Scope, run: Run) -> Value:
        hiding = scope.get(name)
        values = [argument(scope, run) for argument in arguments]
        try:
            if isinstance(hiding, Function):
                return call_function(hiding, values, names)
            value = call_builtin(builtin, values, names, run)
        except FeelError as fault:
            run.note(fault)
            return None
        if value is None and None in values:
            run.note(f"`{name}` has no value for null")
        return value

    return code


def compile_function(node: tree.FunctionLiteral, compiler: Compiler) -> Code:
    """`function(name: type, ...) body`: a function that keeps the scope it was made in."""
    try:
        parameters = tuple(
            (name, ANY if type_ is None else read_type(type_, compiler.types)) for name, type_ in node.parameters
        )
    except FeelError as fault:
        return failure(str(fault))
    body = compiler.compile(node.body)
    if node.external:
        return _external(parameters, body)
    names, frames = names_in(node), frames_of(node.body)

    def code(scope: Scope, run: Run) -> Value:
        try:
            run.spend(_FUNCTION_STEPS)
        except FeelError as fault:
            run.note(fault)
            return None

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

        return define_function(parameters, ANY, evaluate, run, _EXTERNAL_FRAMES)

    return code
