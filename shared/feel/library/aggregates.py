"""Functions that make one value of many (DMN 1.5, 10.3.4.4): of the items of a list, or of their arguments."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from shared.feel.library.signature import LIST, NUMBER, POINT, Form, Parameter, builtin, form, list_of
from shared.feel.operators import compare
from shared.feel.values import NUMBERS, FeelError, Value, kind_of


def _count(items: list[Value]) -> Value:
    return Decimal(len(items))


def _extreme(operator: str) -> Callable[[list[Value]], Value]:
    def apply(items: list[Value]) -> Value:
        if not items:
            return None
        best = items[0]
        for item in items[1:]:
            better = compare(operator, item, best)
            if better is None:
                raise FeelError(f"a {kind_of(item)} and a {kind_of(best)} have no order")
            if better:
                best = item
        return best

    return apply


def _sum(numbers: list[Decimal]) -> Value:
    return _total(numbers) if numbers else None


def _total(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = NUMBERS.add(total, number)
    return total


def _mean(numbers: list[Decimal]) -> Decimal:
    return NUMBERS.divide(_total(numbers), Decimal(len(numbers)))


def _mean_or_null(numbers: list[Decimal]) -> Value:
    return _mean(numbers) if numbers else None


def _product(numbers: list[Decimal]) -> Value:
    if not numbers:
        return None
    product = Decimal(1)
    for number in numbers:
        product = NUMBERS.multiply(product, number)
    return product


def _median(numbers: list[Decimal]) -> Value:
    if not numbers:
        return None
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else _mean(ordered[middle - 1 : middle + 1])


def _deviation(numbers: list[Decimal]) -> Value:
    """The standard deviation of a sample, its squares divided by the number of items less one."""
    if len(numbers) < 2:
        raise FeelError("a standard deviation needs two numbers at least")
    mean = _mean(numbers)
    differences = [NUMBERS.subtract(number, mean) for number in numbers]
    squares = _total([NUMBERS.multiply(difference, difference) for difference in differences])
    return NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(numbers) - 1)))


def _mode(numbers: list[Decimal]) -> Value:
    """The numbers that occur most often, in ascending order."""
    counts = Counter(numbers)
    most = max(counts.values(), default=0)
    modes: list[Value] = [number for number in sorted(counts) if counts[number] == most]
    return modes


def _of_numbers(apply: Callable[[list[Decimal]], Value]) -> tuple[Form, Form]:
    return (
        form(apply, Parameter("list", list_of(NUMBER))),
        form(apply, Parameter("n", NUMBER, variadic=True)),
    )


def _of_points(apply: Callable[[list[Value]], Value]) -> tuple[Form, Form]:
    return form(apply, Parameter("list", list_of(POINT))), form(apply, Parameter("c", POINT, variadic=True))


FUNCTIONS = (
    builtin("count", "number", form(_count, Parameter("list", LIST))),
    builtin("min", "Any", *_of_points(_extreme("<"))),
    builtin("max", "Any", *_of_points(_extreme(">"))),
    builtin("sum", "number", *_of_numbers(_sum)),
    builtin("mean", "number", *_of_numbers(_mean_or_null)),
    builtin("product", "number", *_of_numbers(_product)),
    builtin("median", "number", *_of_numbers(_median)),
    builtin("stddev", "number", *_of_numbers(_deviation)),
    builtin("mode", "list<number>", *_of_numbers(_mode)),
)
