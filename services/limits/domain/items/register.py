"""The documents that one transaction works on, beside its books: what is said of them, and what then counts."""

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from services.limits.domain.account import Account, EntryKind
from services.limits.domain.books import Books
from services.limits.domain.items import chain, drawing, levels
from services.limits.domain.items.item import Item, Standing, Statement
from services.limits.domain.items.rules import ExposureRules
from services.limits.domain.ledger import Cause
from shared.errors import Fault, Refusal, invalid
from shared.money import MAX_MINOR

MAX_CHAIN: Final = 1000
"""How many lines a chain may have before it takes no new ones."""
MAX_STAGES: Final = 50
"""How many lines may come one before the other."""


class Result(StrEnum):
    """What became of a line."""

    APPLIED = "applied"
    IGNORED_OLDER = "ignored_older"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line, with the version that now stands, or the refusal."""

    result: Result
    item_id: str
    version: int | None = None
    refusal: Refusal | None = None


class Register:
    """Holds documents by item id. Lines are stated one after the other; `settle` then enters what they count with.

    `items` are complete: with an item come all of its chain on its account. `rules` has those of every product of the
    accounts in the books, and the books have every reservation that items name, as far as they exist. `actor` is None
    where a day that came changes things. `changed` names the items to be stored.
    """

    def __init__(
        self, items: Iterable[Item], rules: Mapping[str, ExposureRules], books: Books, actor: str | None
    ) -> None:
        self.items = {item.item_id: item for item in items}
        self.changed: set[str] = set()
        self._rules = rules
        self._books = books
        self._actor = actor
        self._stirred: set[str] = set()
        self._followers: dict[str, set[str]] = {}
        for item in self.items.values():
            self._link(item.stated)
        loaded = chain.chains(self.items, self.items)
        self._chain_sizes = {item_id: len(names) for names in loaded for item_id in names}
        self._weights: dict[str, int] = {}

    def state(self, stated: Statement) -> Outcome:
        """Take up what is said of a line: applied, ignored where as much or more is known, or refused; never in part.

        That the amount exceeds a limit is no reason to refuse it: documents are facts.
        """
        item_id = stated.key.item_id
        known = self.items.get(item_id)
        if known is not None and known.stated.version >= stated.version:
            return Outcome(Result.IGNORED_OLDER, item_id, known.stated.version)
        account = self._books.accounts.get(stated.account_id)
        if account is None:
            return _refused(item_id, located("account_not_found", "/account_id", "there is no such account"))
        worth = levels.valued(self._books, account, stated)
        if worth is None:
            return _refused(item_id, located("no_rate", "/amount/currency", "there is no current exchange rate"))
        stated = _keeping_reservation(known, stated)
        refusal = (
            self._misplaced(stated, known)
            or drawing.objection(self._books, stated, known)
            or self._beyond_bounds(account, worth)
        )
        if refusal is not None:
            return _refused(item_id, refusal)
        self._take_up(account, known, stated, worth)
        return Outcome(Result.APPLIED, item_id, stated.version)

    def revalue(self, item_ids: Iterable[str]) -> None:
        """Have items valued by the rates of these books when they are settled; one without a rate keeps its value."""
        for item_id in item_ids:
            item = self.items[item_id]
            account = self._books.accounts[item.stated.account_id]
            worth = levels.valued(self._books, account, item.stated)
            if worth is not None and (worth != item.valued_minor or item.path != account.path):
                stood = self._stood(account, item)
                self.items[item_id] = replace(item, path=account.path, valued_minor=worth, posted_minor=stood)
                self.changed.add(item_id)
            self._stirred.add(item_id)

    def stir(self, item_ids: Iterable[str]) -> None:
        """Have items looked at when they are settled, because a day has come or rules have changed."""
        self._stirred.update(name for name in item_ids if name in self.items)

    def settle(self, revaluation: str | None = None) -> None:
        """Enter what has changed in the chains of the lines that were stated, and draw on their reservations.

        Each item is entered by itself; in the course of a `revaluation` of that id, each account is.
        """
        entered: dict[str, list[int]] = {}
        for names in chain.chains(self.items, self._stirred & self.items.keys()):
            self._settle_chain({name: self.items[name] for name in names}, None if revaluation is None else entered)
        self._stirred.clear()
        for account_id, deltas in sorted(entered.items()):
            cause = Cause(reference=revaluation, actor=self._actor)
            self._enter(self._books.accounts[account_id], EntryKind.REVALUED, deltas, cause)

    def _settle_chain(self, items: Mapping[str, Item], entered: dict[str, list[int]] | None) -> None:
        open_amounts = chain.open_amounts(items)
        moved = {item_id: self._reassessed(item, open_amounts[item_id]) for item_id, item in items.items()}
        for claim in drawing.claims(moved):
            named = moved[claim.item_id]
            account = self._books.accounts[named.stated.account_id]
            drawn = drawing.draw(self._books, account, claim, self._cause(named))
            moved[claim.item_id] = replace(named, drawn_minor=named.drawn_minor + drawn)
        for item_id, before in items.items():
            after = moved[item_id]
            account = self._books.accounts[after.stated.account_id]
            stood = self._stood(account, before)
            deltas = [now - then for then, now in zip(stood, after.posted_minor, strict=True)]
            if entered is None:
                self._enter(account, EntryKind.ITEM, deltas, self._cause(after))
            else:
                sums = entered.setdefault(account.account_id, [0] * len(deltas))
                entered[account.account_id] = [so_far + delta for so_far, delta in zip(sums, deltas, strict=True)]
            if after != before:
                self.items[item_id] = after
                self.changed.add(item_id)

    def _cause(self, item: Item) -> Cause:
        return Cause(item_id=item.item_id, reservation_id=item.stated.reservation_id, actor=self._actor)

    def _reassessed(self, item: Item, open_minor: int) -> Item:
        """Return an item with what it counts with now."""
        account = self._books.accounts[item.stated.account_id]
        rules = self._rules[account.product]
        standing = rules.standing(item.stated, open_minor, self._books.now.date())
        worth = levels.carried_over(self._books, account, item.path, item.valued_minor)
        current = replace(item, path=account.path, valued_minor=worth)
        return replace(
            current,
            posted_minor=levels.counted(current, open_minor, standing),
            open_minor=open_minor,
            standing=standing,
            counts_from=rules.counts_from(item.stated) if standing is Standing.BEYOND_HORIZON else None,
        )

    def _take_up(self, account: Account, known: Item | None, stated: Statement, worth: tuple[int, ...]) -> None:
        nothing = (0,) * len(account.path)
        item_id = stated.key.item_id
        if known is None:
            known = Item(stated, account.path, worth, nothing)
            stood = nothing
        else:
            # What it was linked with so far counts differently without it.
            self._stirred |= self._followers.get(item_id, set())
            self._stirred |= set() if known.stated.follows is None else {known.stated.follows.item_id}
            stood = nothing if self._taken_off(known, account) else self._stood(account, known)
        self.items[item_id] = replace(
            known, stated=stated, path=account.path, valued_minor=worth, posted_minor=stood, actor=self._actor or ""
        )
        self._link(stated)
        self.changed.add(item_id)
        self._stirred.add(item_id)

    def _taken_off(self, known: Item, account: Account) -> bool:
        """Take an item off the account it was on if it is another, and tell whether it was."""
        before = self._books.accounts[known.stated.account_id]
        if before.account_id == account.account_id:
            return False
        self._enter(before, EntryKind.ITEM, [-minor for minor in self._stood(before, known)], self._cause(known))
        return True

    def _stood(self, account: Account, item: Item) -> tuple[int, ...]:
        return levels.carried_over(self._books, account, item.path, item.posted_minor)

    def _enter(self, account: Account, kind: EntryKind, deltas: Sequence[int], cause: Cause) -> None:
        if any(deltas):
            self._books.post(account.path, kind, posted=deltas, cause=cause)
            self._books.retermed.update(account.path)

    def _link(self, stated: Statement) -> None:
        if stated.follows is not None:
            self._followers.setdefault(stated.follows.item_id, set()).add(stated.key.item_id)

    def _misplaced(self, stated: Statement, known: Item | None) -> Refusal | None:
        """Return why a line can't follow the one it names: itself, one that follows it, or a chain that is too long."""
        if stated.follows is None:
            return None
        if stated.follows == stated.key:
            return located("follows_itself", "/follows", "a line can't follow itself")
        item_id = stated.key.item_id
        trial = ChainMap({item_id: Item(stated, (), (), ())}, self.items)
        step = chain.predecessor(trial, trial[item_id])
        stages = 0
        while step is not None and stages < MAX_STAGES:
            if step.item_id == item_id:
                return located("follows_in_circle", "/follows", "that line follows this one already")
            step, stages = chain.predecessor(trial, step), stages + 1
        is_full = known is None and self._chain_sizes.get(stated.follows.item_id, 0) >= MAX_CHAIN
        if is_full or stages == MAX_STAGES:
            return located("chain_too_long", "/follows", "that line has too many documents behind and before it")
        return None

    def _beyond_bounds(self, account: Account, worth: tuple[int, ...]) -> Refusal | None:
        """Return a refusal of what could make a balance larger than an amount may be."""
        weights = dict(self._weights)
        for account_id, minor in zip(account.path, worth, strict=True):
            level = self._books.accounts[account_id]
            weights[account_id] = weights.get(account_id, 0) + minor
            if abs(level.posted_minor) + level.reserved_minor + weights[account_id] > MAX_MINOR:
                return located("amount_too_large", "/amount/amount_minor", "makes the exposure too large to be kept")
        self._weights = weights
        return None


def located(code: str, pointer: str, words: str) -> Refusal:
    """Return the refusal of a line for one part of it."""
    return invalid(code, words, [Fault(pointer, code, words)])


def within(refusal: Refusal, pointer: str) -> Refusal:
    """Return the refusal of a line that stands at `pointer` in its request."""
    faults = [Fault(pointer + fault.pointer, fault.code, fault.detail) for fault in refusal.faults]
    return Refusal(refusal.kind, refusal.code, refusal.detail, faults)


def _refused(item_id: str, refusal: Refusal) -> Outcome:
    return Outcome(Result.REFUSED, item_id, refusal=refusal)


def _keeping_reservation(known: Item | None, stated: Statement) -> Statement:
    """Return a statement that names the reservation which the line named before, where it names none."""
    if known is None or stated.reservation_id is not None or known.stated.account_id != stated.account_id:
        return stated
    return replace(stated, reservation_id=known.stated.reservation_id)
