"""Documents that follow each other: an order, its deliveries, their invoices. Each line counts once in its chain."""

from collections.abc import Iterable, Mapping, Sequence

from services.limits.domain.items.item import FOLLOWABLE, Category, Item

Links = Mapping[str, Sequence[str]]
"""Items by the item they follow."""


def predecessor(items: Mapping[str, Item], item: Item) -> Item | None:
    """Return the item that `item` takes over from: the one it follows, if that is known and of the same account.

    A line that follows one of another account takes over nothing: each of the two counts where it is.
    """
    if item.stated.follows is None or item.stated.category not in FOLLOWABLE:
        return None
    found = items.get(item.stated.follows.item_id)
    if found is None or found.stated.account_id != item.stated.account_id or found.stated.category not in FOLLOWABLE:
        return None
    return found


def links(items: Mapping[str, Item]) -> dict[str, list[str]]:
    """Return which items take over from each item."""
    found: dict[str, list[str]] = {}
    for item_id in sorted(items):
        before = predecessor(items, items[item_id])
        if before is not None:
            found.setdefault(before.item_id, []).append(item_id)
    return found


def chains(items: Mapping[str, Item], starting_at: Iterable[str]) -> list[list[str]]:
    """Return the chains that those items belong to, each as the ids of all its items in order, none twice."""
    following = links(items)
    seen: set[str] = set()
    found: list[list[str]] = []
    for start in sorted(starting_at):
        if start in seen:
            continue
        seen.add(start)
        chain, pending = [], [start]
        while pending:
            item_id = pending.pop()
            chain.append(item_id)
            before = predecessor(items, items[item_id])
            near = [*following.get(item_id, ()), *([] if before is None else [before.item_id])]
            fresh = [name for name in near if name not in seen]
            seen.update(fresh)
            pending.extend(fresh)
        found.append(sorted(chain))
    return found


def open_amounts(items: Mapping[str, Item]) -> dict[str, int]:
    """Return what of each item is open, in minor units of its currency: taken over by no other item, and not paid.

    An item takes over as much of the one it follows as it comes to, or as those that follow it come to, if that is
    more. So all that is open in a chain and all that is paid of it add up to the most that any stage of it comes to,
    whatever the number of partial deliveries and invoices, and in whatever order they became known.
    """
    following = links(items)
    waiting = {item_id: len(names) for item_id, names in following.items()}
    taken_over = dict.fromkeys(items, 0)
    ready = [item_id for item_id in items if item_id not in waiting]
    while ready:
        item = items[ready.pop()]
        before = predecessor(items, item)
        if before is None:
            continue
        own = 0 if item.stated.statistical else item.stated.amount.amount_minor
        taken_over[before.item_id] += _worth(max(own, taken_over[item.item_id]), item, before)
        waiting[before.item_id] -= 1
        if waiting[before.item_id] == 0:
            ready.append(before.item_id)
    return {item_id: _open(item, taken_over[item_id]) for item_id, item in items.items()}


def _open(item: Item, taken_over_minor: int) -> int:
    if item.stated.category is Category.PAID:
        return 0
    return max(0, item.stated.amount.amount_minor - taken_over_minor - item.stated.paid_minor)


def _worth(amount_minor: int, item: Item, before: Item) -> int:
    """Return an amount of `item` in the currency of the item before it, by what both are valued with, rounded down."""
    stated, earlier = item.stated.amount, before.stated.amount
    if stated.currency == earlier.currency:
        return amount_minor
    divisor = stated.amount_minor * before.own_valued_minor
    return 0 if divisor == 0 else amount_minor * item.own_valued_minor * earlier.amount_minor // divisor
