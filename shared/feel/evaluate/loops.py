"""Iteration, quantified expressions and filters (DMN 1.5, 10.3.2.5, 10.3.2.9 and 10.3.2.10)."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from shared.feel.evaluate.code import Code, Compiler, Scope, captured
from shared.feel.evaluate.run import Run
from shared.feel.library import BUILTINS
from shared.feel.operators import equal
from shared.feel.syntax import tree
from shared.feel.values import NUMBERS, Date, FeelError, Range, Value, kind_of
from shared.feel.walk import names_in

_PARTIAL = "partial"
_ITEM = "item"
_COPIES_A_STEP = 8

_Items = Callable[[Scope, Run], Iterator[Value]]


def compile_for(node: tree.For, compiler: Compiler) -> Code:
    """`for ... return result`. Null where there is nothing to iterate over."""
    scopes = _compile_iterators(node, node.iterators, compiler)
    result = compiler.compile(node.result)
    partial = _PARTIAL in names_in(node.result) and _PARTIAL not in {iterator.name for iterator in node.iterators}

    def code(scope: Scope, run: Run) -> Value:
        results: list[Value] = []
        try:
            for inner in scopes(scope, run):
                if partial:
                    run.spend(len(results) // _COPIES_A_STEP)
                    inner[_PARTIAL] = results.copy()
                results.append(result(inner, run))
        except FeelError as fault:
            run.note(fault)
            return None
        return results

    return code


def compile_quantified(node: tree.Quantified, compiler: Compiler) -> Code:
    """`some ... satisfies` is all conditions joined by `or`, `every ... satisfies` by `and`."""
    scopes = _compile_iterators(node, node.iterators, compiler)
    condition, every = compiler.compile(node.condition), node.every

    def code(scope: Scope, run: Run) -> Value:
        answer: bool | None = every
        try:
            for inner in scopes(scope, run):
                holds = condition(inner, run)
                if holds is not every:
                    if isinstance(holds, bool):
                        return holds
                    answer = None
        except FeelError as fault:
            run.note(fault)
            return None
        return answer

    return code


def _compile_iterators(
    node: tree.Node, iterators: tuple[tree.Iterator, ...], compiler: Compiler
) -> Callable[[Scope, Run], Iterator[dict[str, Value]]]:
    """The scopes of all turns, each a scope of its own. An iterator knows the variables of those before it."""
    names = names_in(node)
    sources = [(iterator.name, _compile_items(iterator, compiler)) for iterator in iterators]
    innermost = len(sources) - 1

    def scopes(scope: Scope, run: Run) -> Iterator[dict[str, Value]]:
        outer = [captured(scope, names)]
        running = [sources[0][1](outer[0], run)]
        while running:
            level = len(running) - 1
            try:
                value = next(running[-1])
            except StopIteration:
                running.pop()
                outer.pop()
                continue
            run.spend()
            inner = {**outer[-1], sources[level][0]: value}
            if level == innermost:
                yield inner
            else:
                outer.append(inner)
                running.append(sources[level + 1][1](inner, run))

    return scopes


def _compile_items(iterator: tree.Iterator, compiler: Compiler) -> _Items:
    source = compiler.compile(iterator.source)
    if iterator.end is not None:
        end = compiler.compile(iterator.end)

        def between(scope: Scope, run: Run) -> Iterator[Value]:
            return _steps(source(scope, run), end(scope, run))

        return between

    def items(scope: Scope, run: Run) -> Iterator[Value]:
        return items_of(source(scope, run))

    return items


def items_of(value: Value) -> Iterator[Value]:
    """What `for item in value` iterates over: a list, a range, or one value. Raises FeelError for anything else."""
    if isinstance(value, list):
        return iter(value)
    if isinstance(value, Range):
        return _steps_in(value)
    if value is None:
        raise FeelError("there is nothing to iterate over")
    return iter((value,))


def _steps_in(range_: Range) -> Iterator[Value]:
    """All whole numbers, or days, of a range."""
    if range_.complement:
        raise FeelError("the range to iterate over has no ends")
    for value in _steps(range_.low, range_.high):
        outside = (not range_.low_included and equal(value, range_.low)) or (
            not range_.high_included and equal(value, range_.high)
        )
        if not outside:
            yield value


def _steps(start: Value, end: Value) -> Iterator[Value]:
    """Whole numbers, or days, from a start to an end, up or down. Raises FeelError where these are neither."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        for number in (start, end):
            if number != number.to_integral_value() or number.adjusted() >= NUMBERS.prec:
                raise FeelError("the ends to iterate between are not whole numbers")
        return map(Decimal, _between(int(start), int(end)))
    if isinstance(start, Date) and isinstance(end, Date):
        return map(Date.from_ordinal, _between(start.ordinal, end.ordinal))
    raise FeelError(f"nothing can be iterated from a {kind_of(start)} to a {kind_of(end)}")


def _between(start: int, end: int) -> range:
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)


def compile_filter(node: tree.Filter, compiler: Compiler) -> Code:
    """`source[condition]`: the item at a position, or the items for which a condition is true.

    The condition knows the `item`, and the entries of one that is a context. A value that is no list is the list of it.
    """
    source, condition = compiler.compile(node.source), compiler.compile(node.condition)
    names = names_in(node.condition)
    blank = dict.fromkeys(names - BUILTINS.keys())

    def code(scope: Scope, run: Run) -> Value:
        value = source(scope, run)
        if value is None:
            return None
        items: list[Value] = value if isinstance(value, list) else [value]
        outer = captured(scope, names)
        try:
            return _filtered(items, lambda item: condition(_scope_of(item, outer, blank), run), run)
        except FeelError as fault:
            run.note(fault)
            return None

    return code


def _scope_of(item: Value, outer: dict[str, Value], blank: dict[str, Value]) -> dict[str, Value]:
    """The scope for one item. An entry that this context has not, though others may, is null."""
    if isinstance(item, dict):
        return {**blank, **outer, _ITEM: item, **item}
    return {**outer, _ITEM: item}


def _filtered(items: list[Value], condition: Callable[[Value], Value], run: Run) -> Value:
    if not items:
        return _of_none(condition, run)
    kept: list[Value] = []
    for place, item in enumerate(items):
        run.spend()
        answer = condition(item)
        if answer is True:
            kept.append(item)
        elif isinstance(answer, Decimal) and place == 0:
            return _at(items, answer)
        elif answer is not None and answer is not False:
            raise FeelError(f"a filter takes a condition or a position, not a {kind_of(answer)}")
    return kept


def _of_none(condition: Callable[[Value], Value], run: Run) -> Value:
    """No item of none for a position, and none for a condition; which it is, is seen by evaluating it for null."""
    said = len(run.notes)
    answer = condition(None)
    del run.notes[said:]
    return _at([], answer) if isinstance(answer, Decimal) else []


def _at(items: list[Value], position: Decimal) -> Value:
    """The item at a position: 1 is the first, -1 the last. Raises FeelError where there is none."""
    if position != position.to_integral_value():
        raise FeelError("the position is not a whole number")
    if position == 0 or abs(position) > len(items):
        raise FeelError(f"there is no item at that position in a list of {len(items)}")
    return items[int(position) - 1 if position > 0 else int(position)]
