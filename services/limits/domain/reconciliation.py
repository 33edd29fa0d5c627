"""What is found where the books do not add up, said in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.money import MAX_MINOR, Money

WORDS: Final[Mapping[str, str]] = {
    "limit": "the account states a limit of {stood}, its entries add up to {should}",
    "cover": "the account states a cover of {stood}, its entries add up to {should}",
    "posted": "the account states {stood} as posted, its entries add up to {should}",
    "reserved": "the account states {stood} as reserved, its entries add up to {should}",
    "version": "the account counts {stood} entries, there are {should}",
    "last": "the account counts {stood} entries, its last one has number {should}",
    "numbering": "entry {subject} has number {stood}, it is number {should} of the account",
    "unbalanced": "the parts of entry {subject} leave {stood}, they must leave {should}",
    "available": "entry {subject} states {stood} as available afterwards, with all entries up to it that is {should}",
    "path": "transaction {subject} was entered {stood} times on the path of the account, which has {should} accounts",
    "uneven_reserved": "transaction {subject} entered {stood} as reserved on an account above, {should} on its own",
    "uneven_posted": "transaction {subject} entered {stood} as posted on an account above, {should} on its own",
    "stray": "transaction {subject} has {stood} entries here, and {should} on the account that it is about",
    "held": "the account states {stood} as reserved, open reservations hold {should} on it",
    "amount": "reservation {subject} is over {stood}, its entries set aside {should}",
    "left": "reservation {subject} has {stood} left, its entries leave {should}",
    "captured": "reservation {subject} states {stood} as captured, its entries posted {should}",
    "itemised": "reservation {subject} states {stood} as turned into documents, its entries say {should}",
    "made": "reservation {subject} was entered {stood} times, it must be {should}",
    "resolved": "reservation {subject} was ended by {stood} entries of its state, it must be {should}",
    "no_reservation": "entries name reservation {subject}, of which there are {stood} instead of {should}",
    "unmade": "reservation {subject} has {stood} entries, it must have {should} or more",
    "exposure": "the account states {stood} as posted, what was captured and its documents come to {should}",
    "item_counted": "document line {subject} counts with {stood}, by what of it is open that is {should}",
    "item_own": "of document line {subject} {stood} is open to its account, by its amount that is {should}",
    "item_open": "of document line {subject} {stood} is open, by the lines that follow it that is {should}",
    "item_drawn": "documents have drawn {stood} on reservation {subject}, which states {should}",
    "term_limit": "the account states a limit of {stood}, the terms in force say {should}",
    "term_cover": "the account states a cover of {stood}, the terms in force say {should}",
    "decision": "the entry of decision {subject} has {stood} terms, it must have {should}",
    "entry_orphan": "entry {subject} is on {stood} accounts, it must be on {should}",
    "reservation_orphan": "reservation {subject} is held on {stood} accounts that exist, its path has {should}",
    "reservation_place": "reservation {subject} agrees with its path at {stood} ends of {should}",
    "events": "{subject}: {stood} were published or wait for it, the books have {should}",
}
"""What each kind of difference says; `stood` is what is stated, `should` what it must be."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is stated, and what it must be by everything else; amounts in minor units of `currency`.

    `subject` is the id of what states it, `account_id` the account it is about (None: it is about none).
    """

    kind: str
    account_id: str | None
    subject: str
    stood: int
    should: int
    currency: str | None = None

    def __str__(self) -> str:
        words = WORDS[self.kind].format(
            subject=self.subject, stood=_shown(self.stood, self.currency), should=_shown(self.should, self.currency)
        )
        return words if self.account_id is None else f"account {self.account_id}: {words}"


@dataclass(frozen=True, slots=True)
class Compared:
    """How much of the books was gone through."""

    accounts: int = 0
    entries: int = 0
    reservations: int = 0
    items: int = 0

    def __add__(self, other: "Compared") -> "Compared":
        return Compared(
            self.accounts + other.accounts,
            self.entries + other.entries,
            self.reservations + other.reservations,
            self.items + other.items,
        )


def _shown(value: int, currency: str | None) -> str:
    if currency is None:
        return f"{value:,}"
    # What is broken may be larger than any amount.
    return str(Money(value, currency)) if abs(value) <= MAX_MINOR else f"{value:,} minor units of {currency}"
