"""Operators, comparisons and logic (DMN 1.5, 10.3.2.4 to 10.3.2.8, and the tables of three-valued logic)."""

from collections.abc import Callable, Mapping

from shared.feel.evaluate.code import Code, Compiler, Scope, constant, failure
from shared.feel.evaluate.literals import constant_of
from shared.feel.evaluate.run import Run
from shared.feel.operators import add, between, compare, divide, equal, multiply, negate, power, subtract
from shared.feel.syntax import tree
from shared.feel.types import instance_of, read_type
from shared.feel.values import FeelError, Value, kind_of

_POWER_STEPS = 10

_OPERATIONS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


def compile_negation(node: tree.Negation, compiler: Compiler) -> Code:
    """`-operand`."""
    value = constant_of(node)
    if value is not None:
        return constant(value)
    operand = compiler.compile(node.operand)

    def code(scope: Scope, run: Run) -> Value:
        try:
            value = negate(operand(scope, run))
        except FeelError as fault:
            run.note(fault)
            return None
        if value is None:
            run.note("null has no negative")
        return value

    return code


def compile_arithmetic(node: tree.Arithmetic, compiler: Compiler) -> Code:
    """`left + right` and its kin."""
    left, right, operate = compiler.compile(node.left), compiler.compile(node.right), _OPERATIONS[node.operator]
    steps = _POWER_STEPS if node.operator == "**" else 0

    def code(scope: Scope, run: Run) -> Value:
        try:
            if steps:
                run.spend(steps)
            value = operate(left(scope, run), right(scope, run))
            if isinstance(value, str):
                run.look_into(value)
        except FeelError as fault:
            run.note(fault)
            return None
        if value is None:
            run.note(f"`{node.operator}` has no value for null")
        return value

    return code


def compile_comparison(node: tree.Comparison, compiler: Compiler) -> Code:
    """`left < right` and its kin."""
    left, right, operator = compiler.compile(node.left), compiler.compile(node.right), node.operator

    def code(scope: Scope, run: Run) -> Value:
        return compared(operator, left(scope, run), right(scope, run), run)

    return code


def compared(operator: str, left: Value, right: Value, run: Run) -> bool | None:
    """Whether `left operator right`; null, with a note, for two values that do not compare."""
    try:
        answer = compare_parts(operator, left, right, run)
    except FeelError as fault:
        run.note(fault)
        return None
    if answer is None:
        if left is None or right is None:
            run.note(f"null does not compare by `{operator}`")
        else:
            run.note(f"a {kind_of(left)} and a {kind_of(right)} do not compare by `{operator}`")
    return answer


def compare_parts(operator: str, left: Value, right: Value, run: Run) -> bool | None:
    """Whether `left operator right`, all their parts accounted for. Raises FeelError where they are too many."""
    kind = type(left)
    if kind is type(right) and (kind is list or kind is dict or kind is str):
        run.look_into(left)
    return equal(left, right) if operator == "=" else compare(operator, left, right)


def compile_between(node: tree.Between, compiler: Compiler) -> Code:
    """`value between low and high`."""
    value, low, high = compiler.compile_all((node.value, node.low, node.high))

    def code(scope: Scope, run: Run) -> Value:
        answer = between(value(scope, run), low(scope, run), high(scope, run))
        if answer is None:
            run.note("the value and the ends of `between` do not compare")
        return answer

    return code


def compile_conjunction(node: tree.Conjunction, compiler: Compiler) -> Code:
    """`left and right`: false where one is false, null where one is neither true nor false."""
    left, right = compiler.compile(node.left), compiler.compile(node.right)

    def code(scope: Scope, run: Run) -> Value:
        first = left(scope, run)
        if first is False:
            return False
        second = right(scope, run)
        if second is False:
            return False
        if first is True and second is True:
            return True
        _note_oddity(first, second, run)
        return None

    return code


def compile_disjunction(node: tree.Disjunction, compiler: Compiler) -> Code:
    """`left or right`: true where one is true, null where one is neither true nor false."""
    left, right = compiler.compile(node.left), compiler.compile(node.right)

    def code(scope: Scope, run: Run) -> Value:
        first = left(scope, run)
        if first is True:
            return True
        second = right(scope, run)
        if second is True:
            return True
        if first is False and second is False:
            return False
        _note_oddity(first, second, run)
        return None

    return code


def _note_oddity(left: Value, right: Value, run: Run) -> None:
    """Note which operand is neither true nor false, and not null either."""
    for operand in (left, right):
        if operand is not None and not isinstance(operand, bool):
            run.note(f"a {kind_of(operand)} is neither true nor false")


def compile_if(node: tree.If, compiler: Compiler) -> Code:
    """`if condition then then else otherwise`: `otherwise` for every condition that is not true, null among them."""
    condition, then, otherwise = compiler.compile_all((node.condition, node.then, node.otherwise))

    def code(scope: Scope, run: Run) -> Value:
        return then(scope, run) if condition(scope, run) is True else otherwise(scope, run)

    return code


def compile_instance_of(node: tree.InstanceOf, compiler: Compiler) -> Code:
    """`value instance of type`; null for a type that nobody knows."""
    value = compiler.compile(node.value)
    try:
        type_ = read_type(node.type, compiler.types)
    except FeelError as fault:
        return failure(str(fault))

    def code(scope: Scope, run: Run) -> Value:
        return instance_of(value(scope, run), type_)

    return code
