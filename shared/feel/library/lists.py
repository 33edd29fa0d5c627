"""Functions on lists (DMN 1.5, 10.3.4.4): what is in them, and new lists made of them. Positions count from 1."""

from decimal import Decimal

from shared.feel.library.bounds import MAX_ITEMS, bounded_list, index_at, too_many_items, whole
from shared.feel.library.equivalence import Classes, indices_of
from shared.feel.library.signature import ANY, FUNCTION, LIST, NUMBER, Parameter, builtin, form
from shared.feel.values import FeelError, Function, Value


def _contains(items: list[Value], element: Value) -> Value:
    return any(True for _ in indices_of(element, items))


def _index_of(items: list[Value], match: Value) -> Value:
    return [Decimal(index + 1) for index in indices_of(match, items)]


def _sublist(items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    first = index_at(start, len(items))
    if length is None:
        return items[first:]
    if length < 0:
        raise FeelError("a length is not negative")
    return items[first : first + whole(length)]


def _append(items: list[Value], more: list[Value]) -> Value:
    return bounded_list([*items, *more])


def _concatenate(lists: list[list[Value]]) -> list[Value]:
    if sum(map(len, lists)) > MAX_ITEMS:
        raise too_many_items()
    return [item for items in lists for item in items]


def _insert_before(items: list[Value], position: Decimal, item: Value) -> Value:
    index = index_at(position, len(items))
    return bounded_list([*items[:index], item, *items[index:]])


def _remove(items: list[Value], position: Decimal) -> Value:
    index = index_at(position, len(items))
    return [*items[:index], *items[index + 1 :]]


def _replace_at(items: list[Value], position: Decimal, item: Value) -> Value:
    index = index_at(position, len(items))
    return [*items[:index], item, *items[index + 1 :]]


def _replace_matches(items: list[Value], match: Function, new: Value) -> Value:
    return [new if _answer(match, item, new) else item for item in items]


def _sort(items: list[Value], precedes: Function) -> Value:
    """The items in the order of `precedes`; those of which neither precedes the other keep their order."""
    return [ranked.item for ranked in sorted(_Ranked(item, precedes) for item in items)]


class _Ranked:
    """An item that `sorted` compares by a function of FEEL. It asks for `<` alone, and so keeps equals in order."""

    __slots__ = ("_precedes", "item")

    def __init__(self, item: Value, precedes: Function) -> None:
        self.item = item
        self._precedes = precedes

    def __lt__(self, other: "_Ranked") -> bool:
        return _answer(self._precedes, self.item, other.item)


def _answer(function: Function, left: Value, right: Value) -> bool:
    answer = function.invoke([left, right])
    if not isinstance(answer, bool):
        raise FeelError("the function must return true or false")
    return answer


def _reverse(items: list[Value]) -> Value:
    return items[::-1]


def _distinct(items: list[Value]) -> Value:
    classes = Classes()
    for item in items:
        classes.place(item)
    return classes.firsts


def _duplicates(items: list[Value]) -> Value:
    """The values that occur more than once, each once, in the order of their first occurrence."""
    classes = Classes()
    repeated = {index for index, first in map(classes.place, items) if not first}
    return [classes.firsts[index] for index in sorted(repeated)]


def _union(lists: list[list[Value]]) -> Value:
    return _distinct(_concatenate(lists))


def _flatten(items: list[Value]) -> Value:
    """All that is in the list and in the lists in it, however deep. Their iterators wait on a stack of our own.

    Lists count against the bound as items do: lists that are in one another many times hold little, and end late.
    """
    flat: list[Value] = []
    waiting = [iter(items)]
    lists = 0
    while waiting:
        for item in waiting[-1]:
            if len(flat) + lists > MAX_ITEMS:
                raise too_many_items()
            if isinstance(item, list):
                waiting.append(iter(item))
                lists += 1
                break
            flat.append(item)
        else:
            waiting.pop()
    return bounded_list(flat)


_LIST = Parameter("list", LIST)
_LISTS = Parameter("list", LIST, variadic=True)
_POSITION = Parameter("position", NUMBER)
_NEW_ITEM = Parameter("newItem", ANY, nullable=True)

FUNCTIONS = (
    builtin("list contains", "boolean", form(_contains, _LIST, Parameter("element", ANY, nullable=True))),
    builtin("index of", "list<number>", form(_index_of, _LIST, Parameter("match", ANY, nullable=True))),
    builtin(
        "sublist",
        "list<Any>",
        form(_sublist, _LIST, Parameter("start position", NUMBER), Parameter("length", NUMBER, optional=True)),
    ),
    builtin("append", "list<Any>", form(_append, _LIST, Parameter("item", ANY, nullable=True, variadic=True))),
    builtin("concatenate", "list<Any>", form(_concatenate, _LISTS)),
    builtin("insert before", "list<Any>", form(_insert_before, _LIST, _POSITION, _NEW_ITEM)),
    builtin("remove", "list<Any>", form(_remove, _LIST, _POSITION)),
    builtin(
        "list replace",
        "list<Any>",
        form(_replace_at, _LIST, _POSITION, _NEW_ITEM),
        form(_replace_matches, _LIST, Parameter("match", FUNCTION), _NEW_ITEM),
    ),
    builtin("sort", "list<Any>", form(_sort, _LIST, Parameter("precedes", FUNCTION))),
    builtin("reverse", "list<Any>", form(_reverse, _LIST)),
    builtin("distinct values", "list<Any>", form(_distinct, _LIST)),
    builtin("duplicate values", "list<Any>", form(_duplicates, _LIST)),
    builtin("union", "list<Any>", form(_union, _LISTS)),
    builtin("flatten", "list<Any>", form(_flatten, _LIST)),
)
