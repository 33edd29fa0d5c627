"""Grade and matrix as columns, and why one cannot be told. The rules are those of `interpret.course`."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import GRADE, RATE, SHARE, RuleTable, names_of_rule
from services.decision.domain.policy.document import FROM_SCORE, Grade, Offer
from services.decision.domain.policy.sql.draft import Draft, Names, alternatives
from services.decision.domain.policy.sql.missing import CODES, TOLD, UNRESOLVED, Causes
from services.decision.domain.policy.sql.reasons import Reasons
from services.decision.domain.policy.sql.selection import NONE, select, value_at
from services.decision.domain.policy.sql.text import all_of, any_of, chosen, is_missing, text_literal
from shared.feel.typed import Type
from shared.feel.typed.sql import SqlValue, literal
from shared.feel.typed.sql.value import null
from shared.feel.typed.types import NUMBER

UNEXPLAINED: Final = 9
"""In place of a cause: only the output of an earlier stage is missing, and that stage has said why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A table of which one row counts: the column with its number, and the one that says why none does."""

    row: str
    cause: str

    @classmethod
    def of(cls, draft: Draft, table: RuleTable[Any], causes: Causes, names: Names) -> "Choice":
        """Define the columns of a table."""
        rows = [draft.row(rule.tests, names) for rule in table.rules]
        row = select(draft.layers, table, rows, draft.told(table.rules, names))
        cause = chosen([(f"{row} < 0", _why_unresolved(table, rows, row, causes, names))], str(TOLD))
        return cls(row, draft.layers.add(f"cause_{table.name}", cause))

    def explain(self, reasons: Reasons, guard: str, stage: int) -> None:
        """Define the reasons why no row counts."""
        found = [((stage, 0), f"{self.cause} = {cause}", code) for cause, code in CODES.items()]
        reasons.add(guard, found)


def _why_unresolved(table: RuleTable[Any], rows: list[str], row: str, causes: Causes, names: Names) -> str:
    """Return why no row counts: what is missing for the rows that cannot be told, all of them together."""
    missing: dict[frozenset[str], list[str]] = {}
    for number, (rule, condition) in enumerate(zip(table.rules, rows, strict=True)):
        test = is_missing(condition) if table.hit_policy != "FIRST" else f"{row} = {-2 - number}"
        if is_missing(condition) != "FALSE":
            missing.setdefault(names_of_rule(rule), []).append(test)
    kinds: dict[int, list[str]] = {}
    for read, tests in missing.items():
        for cause, test in causes.tests(read, names).items():
            kinds.setdefault(cause, []).append(all_of([any_of(tests), test]))
        if GRADE in read:
            kinds.setdefault(UNEXPLAINED, []).append(all_of([any_of(tests), f"{names[GRADE].sql} IS NULL"]))
    cases = [(any_of(kinds[cause]), str(cause)) for cause in (3, 2, UNEXPLAINED) if cause in kinds]
    return chosen(cases, str(UNRESOLVED))


def grade_of(draft: Draft, table: RuleTable[Grade], row: str, of: Type) -> SqlValue:
    """Define the grade."""
    grades = [text_literal(output.grade) for output in table.outputs]
    return SqlValue(draft.layers.add(GRADE, value_at(row, grades, "CAST(NULL AS VARCHAR)")), of)


@dataclass(frozen=True, slots=True)
class Offers:
    """What the matrix offers by the row that counts: columns of the severity of the outcome and of its own reason.

    The reason is a number, that of a code in `codes` counted from 1, and 0 where a row gives none of its own.
    """

    severity: str
    reason: str
    codes: tuple[str, ...]
    share: SqlValue
    rate: SqlValue

    @classmethod
    def of(cls, draft: Draft, table: RuleTable[Offer], row: str) -> "Offers":
        """Define the columns of what is offered; where no row counts, a person is asked for."""
        codes = tuple(dict.fromkeys(code for code in map(_own_reason, table.outputs) if code is not None))

        def number(offer: Offer) -> int:
            code = _own_reason(offer)
            return 0 if code is None else codes.index(code) + 1

        # Rows repeat one another's offers: what they say is looked up in a short list of different ones.
        offers = sorted(set(table.outputs), key=lambda offer: (offer.outcome.severity, number(offer), repr(offer)))
        place = {offer: str(at) for at, offer in enumerate(offers)}
        at = draft.layers.add("offer_kind", value_at(row, [place[offer] for offer in table.outputs], str(NONE)))
        severities = [str(offer.outcome.severity) for offer in offers]
        unresolved = str(Outcome.REFER.severity)
        return cls(
            severity=draft.layers.add("offer_severity", value_at(at, severities, unresolved)),
            reason=draft.layers.add("offer_reason", value_at(at, [str(number(offer)) for offer in offers], "0")),
            codes=codes,
            share=_number(draft, SHARE, [offer.share for offer in offers], at),
            rate=_number(draft, RATE, [offer.rate for offer in offers], at),
        )

    def explain(self, reasons: Reasons, guard: str, with_score: str, stage: int) -> None:
        """Define the reasons of the row that counts, where the outcome is the one that it asked for."""
        own = [((stage, 0), f"{self.reason} = {at}", code) for at, code in enumerate(self.codes, start=1)]
        reasons.add(guard, [*own, ((stage, 1), with_score, None)])


def _own_reason(offer: Offer) -> str | None:
    return None if offer.reason == FROM_SCORE else offer.reason


def _number(draft: Draft, name: str, stated: Sequence[Decimal | None], row: str) -> SqlValue:
    """Define a number that rows state, at the scale that holds them all."""
    texts, known = alternatives([null(NUMBER) if each is None else literal(each) for each in stated], NUMBER)
    return draft.column(f"offered_{name}", known, value_at(row, texts, known.sql))
