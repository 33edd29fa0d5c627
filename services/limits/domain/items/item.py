"""One line of a document of another system: what was said of it, and what it counts with."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from services.limits.domain.document import Document
from shared.money import Money


class Category(StrEnum):
    """What a document line is on its way from an order to money; a later stage takes over from an earlier one."""

    OPEN_ORDER = "open_order"
    DELIVERY = "delivery"
    BILLING = "billing"
    INVOICE = "invoice"
    SPECIAL = "special"
    UNAPPLIED_CREDIT = "unapplied_credit"
    PAID = "paid"


class Standing(StrEnum):
    """Whether an item counts, and if not, why: nothing of it is open, or the rules leave it out."""

    COUNTED = "counted"
    CLOSED = "closed"
    STATISTICAL = "statistical"
    EXCLUDED = "excluded"
    DISPUTED = "disputed"
    BEYOND_HORIZON = "beyond_horizon"


@dataclass(frozen=True, slots=True, order=True)
class LineKey:
    """A line of a document by the names it has where it comes from.

    They make the id of the item, the first 128 bits of their SHA-256: so it is known before the line arrives.
    """

    document: Document
    line: str
    item_id: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Once for each key: what follows what is found by it again and again.
        names = [self.document.source, self.document.doc_type, self.document.doc_id, self.line]
        made = f"itm_{hashlib.sha256(json.dumps(names).encode()).hexdigest()[:32]}"
        object.__setattr__(self, "item_id", made)


@dataclass(frozen=True, slots=True)
class Statement:
    """What the system that keeps a document says of one line of it, as of `version`; a later one replaces it whole.

    `amount` is what the line comes to, `paid_minor` of it has been paid; an amount of 0 takes the line back.
    `follows` is the line it comes from, of which it takes over as much as it comes to. A `statistical` line is shown,
    and neither counts nor takes over. `reservation_id` is what it draws on.
    """

    key: LineKey
    version: int
    account_id: str
    category: Category
    amount: Money
    paid_minor: int = 0
    due_on: date | None = None
    ship_on: date | None = None
    paid_on: date | None = None
    disputed: bool = False
    statistical: bool = False
    dunning_level: int = 0
    follows: LineKey | None = None
    reservation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line as last stated, and what of it stands in the ledger.

    `valued_minor` is what the whole amount is worth to each account of `path`, from the root to its own, in the
    currency of each, by the rates of the day it was stated or last revalued on; `posted_minor` is what it counts with
    on each, below zero for a credit. `open_minor` is what nobody took over or paid, in the item's currency. Of the
    reservation `drawn_minor` was drawn for it, in the account's. `counts_from` is when an order that ships late begins
    to count. `revision` counts how often it was stored, 0 for one that is new.
    """

    stated: Statement
    path: tuple[str, ...]
    valued_minor: tuple[int, ...]
    posted_minor: tuple[int, ...]
    open_minor: int = 0
    standing: Standing = Standing.CLOSED
    drawn_minor: int = 0
    counts_from: date | None = None
    revision: int = 0
    actor: str = ""

    @property
    def item_id(self) -> str:
        """The id of the item, made of its names."""
        return self.stated.key.item_id

    @property
    def own_valued_minor(self) -> int:
        """What the whole amount is worth in the account's currency."""
        return self.valued_minor[-1]

    @property
    def own_posted_minor(self) -> int:
        """What it counts with on its own account."""
        return self.posted_minor[-1]

    @property
    def own_open_minor(self) -> int:
        """What of it is open, in the account's currency, rounded up."""
        return part(self.own_valued_minor, self.open_minor, self.stated.amount.amount_minor)


def part(whole: int, numerator: int, denominator: int) -> int:
    """Return `whole` x `numerator` / `denominator`, rounded up, and 0 of nothing: no commitment is counted as less."""
    return 0 if denominator == 0 else -(-whole * numerator // denominator)


FOLLOWABLE: Final = frozenset(Category) - {Category.UNAPPLIED_CREDIT}
"""What may take over and be taken over. A credit reduces what is owed by itself, not by what it belongs to."""
