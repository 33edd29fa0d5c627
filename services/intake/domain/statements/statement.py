"""A financial statement: what a party's accounts say of one period, in the one taxonomy."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from services.intake.domain.statements.taxonomy import LINES, Section, Standard

EARLIEST: Final = date(1950, 1, 1)
MOST_MONTHS: Final = 24
YEAR_MONTHS: Final = 12
_WEEK: Final = timedelta(days=7)
ENTERED: Final = "entered"
"""The source of a statement that was typed in or imported, where no document is named."""


class Assurance(StrEnum):
    """Who vouches for a statement."""

    AUDITED = "audited"
    REVIEWED = "reviewed"
    COMPILED = "compiled"
    MANAGEMENT = "management"


class StatementStatus(StrEnum):
    """Whether a statement's figures may be used: it balances, it does not, or an officer takes it as it is."""

    BALANCED = "balanced"
    UNBALANCED = "unbalanced"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a statement is about, both included. Its balances are of the last day."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError("a period ends after it starts")

    @classmethod
    def ending(cls, end: date, months: int) -> "Period":
        """Return the period of whole months that ends with `end`."""
        years, month = divmod(end.year * 12 + end.month - 1 - months, 12)
        last = monthrange(years, month + 1)[1]
        is_month_end = end.day == monthrange(end.year, end.month)[1]
        before = date(years, month + 1, last if is_month_end else min(end.day, last))
        return cls(before + timedelta(days=1), end)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    @property
    def months(self) -> int:
        """How many months it has, to the nearest: 52 or 53 weeks are 12."""
        return max(1, round(self.days * 48 / 1461))

    @property
    def is_odd(self) -> bool:
        """Tell whether it is not made of whole months."""
        return Period.ending(self.end, self.months).start != self.start

    def overlaps(self, other: "Period") -> bool:
        """Tell whether the two have a day in common."""
        return self.start <= other.end and other.start <= self.end

    def follows(self, other: "Period") -> bool:
        """Tell whether this is the period right after the other, and as long.

        Within a week: years of 52 or 53 weeks that are known by their last day only have an assumed first one.
        """
        gap = abs(self.start - other.end - timedelta(days=1))
        return gap <= _WEEK and other.end < self.end and other.months == self.months


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A line of an imported file that no line of the taxonomy was found for, and where in the file it stands.

    `candidates` are the lines that its label may mean; it is empty where nothing is like it.
    """

    label: str
    pointer: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """What a statement states: amounts in minor units of `currency`, by line.

    `step_minor` is what its amounts are rounded to, which bounds what sums may be off by; 1 where they are exact.
    `filled` are lines that hold, beside what was stated, what their heading has beyond its stated parts.
    """

    period: Period
    currency: str
    standard: Standard
    assurance: Assurance
    is_consolidated: bool
    lines: Mapping[str, int]
    step_minor: int = 1
    filled: tuple[str, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()

    @property
    def key(self) -> tuple[date, date, bool]:
        """What a party has one statement of."""
        return (self.period.start, self.period.end, self.is_consolidated)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two figures that should be the same and are not: `stated` of `line`, and what `rule` comes to (minor units)."""

    rule: str
    line: str
    stated_minor: int
    computed_minor: int

    @property
    def amount_minor(self) -> int:
        """By how much what is stated is above what it should be."""
        return self.stated_minor - self.computed_minor


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who took a statement that does not balance, and when. The reason is kept sealed."""

    actor: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """One version of a statement as it is kept. A correction is another version; none is ever changed.

    `source` is the id of the document that it was taken from, or `entered`. `unmapped_count` is how many lines of the
    imported file have no place in the taxonomy; their labels are kept sealed.
    """

    statement_id: str
    party_id: str
    version: int
    figures: Figures
    differences: tuple[Difference, ...]
    flags: tuple[str, ...]
    source: str
    unmapped_count: int
    submitted_by: str
    submitted_at: datetime
    acceptance: Acceptance | None = None

    @property
    def status(self) -> StatementStatus:
        """Where it stands."""
        if not self.differences:
            return StatementStatus.BALANCED
        return StatementStatus.UNBALANCED if self.acceptance is None else StatementStatus.ACCEPTED

    @property
    def is_usable(self) -> bool:
        """Tell whether its figures may be used."""
        return self.status is not StatementStatus.UNBALANCED


@dataclass(frozen=True, slots=True)
class Misfit:
    """What keeps figures from being kept: which field or line, a code, and words."""

    field: str
    code: str
    words: str


def misfits(figures: Figures, today: date) -> list[Misfit]:
    """Return why figures can't be a statement; an empty list when they can."""
    found: list[Misfit] = []
    period = figures.period
    if period.end > today:
        found.append(Misfit("period/end", "in_the_future", "a period ends today at the latest"))
    if period.start < EARLIEST:
        found.append(Misfit("period/start", "too_early", f"a period starts on {EARLIEST} at the earliest"))
    if period.months > MOST_MONTHS:
        found.append(Misfit("period", "too_long", f"a period has {MOST_MONTHS} months at most"))
    if not figures.lines:
        found.append(Misfit("lines", "no_lines", "a statement states at least one line"))
    found += [
        Misfit(f"lines/{code}", "unknown_line", "is no line of the taxonomy")
        for code in figures.lines
        if code not in LINES
    ]
    return found


def flags_of(figures: Figures, others: Sequence[Statement]) -> tuple[str, ...]:
    """Return what is unusual about a statement, as codes: `odd_length`, `short_period`, `overlaps:<id>`, ...

    `others` are the party's other statements. One of part of a year within another's year is nothing unusual.
    """
    found = ["odd_length"] if figures.period.is_odd else []
    if figures.period.months != YEAR_MONTHS:
        found.append("not_a_year")
    if not any(LINES[code].section is Section.INCOME_STATEMENT for code in figures.lines):
        found.append("no_income_statement")
    if not any(LINES[code].section is Section.BALANCE_SHEET for code in figures.lines):
        found.append("no_balance_sheet")
    for other in others:
        theirs = other.figures
        if (
            theirs.is_consolidated == figures.is_consolidated
            and theirs.period.overlaps(figures.period)
            and theirs.period.months == figures.period.months
            and not (theirs.period.follows(figures.period) or figures.period.follows(theirs.period))
        ):
            found.append(f"overlaps:{other.statement_id}")
        elif theirs.currency != figures.currency and (
            theirs.period.follows(figures.period) or figures.period.follows(theirs.period)
        ):
            found.append(f"other_currency:{other.statement_id}")
    return tuple(found)
