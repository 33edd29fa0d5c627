"""From a row that came out of a query back to the result that the interpreter gives."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import BoundTerm, Formula, RuleTable
from services.decision.domain.policy.document import HitPolicy
from services.decision.domain.policy.result import HIT, MISSING, NO_HIT, NOT_EVALUATED, Answer, Result
from services.decision.domain.policy.sql.definitions import definition_name
from services.decision.domain.policy.sql.grants import conditions_name, term_column
from services.decision.domain.policy.sql.masks import BITS, chunks, hits_name, misses_name
from services.decision.domain.policy.sql.reasons import reasons_name
from shared.facts import Fact, FactType
from shared.feel.values import NUMBERS

if TYPE_CHECKING:
    from services.decision.domain.policy.sql.compiled import CompiledPolicy

Row = Mapping[str, Any]


def result(compiled: "CompiledPolicy", row: Row, score_reasons: Sequence[str]) -> Result:
    """Return the result with all reasons, the letters of the tables and the values of the definitions."""
    answer = answered(compiled, row, score_reasons)
    bound = compiled.policy.bound
    values = tuple(
        _value(each.fact, row[definition_name(each.name)], compiled.outputs[definition_name(each.name)].scale)
        for each in bound.definitions
    )
    return Result(*answer, offer=int(row["offer"]), letters=_letters(compiled, row, values), values=values)


def answered(compiled: "CompiledPolicy", row: Row, score_reasons: Sequence[str]) -> Answer:
    """Return the answer with all of its reasons."""
    outcome = Outcome(row["outcome"])
    term = _term(compiled, row) if outcome.grants_credit else None
    return Answer(
        outcome=outcome,
        grade=row["grade"],
        approved_minor=None if term is None else int(row["approved_minor"]),
        rate=None if term is None else _rate(compiled, row, term[1]),
        reasons=_reasons(compiled, row, score_reasons),
        queue=row["queue"],
        conditions=_conditions(compiled, row),
        other_terms={} if term is None else _other_terms(compiled, row, *term),
    )


def _term(compiled: "CompiledPolicy", row: Row) -> tuple[Outcome, BoundTerm]:
    told = int(row[hits_name("terms", 0)])
    return next(each for at, each in enumerate(compiled.policy.bound.terms.items()) if told >> at & 1)


def _rate(compiled: "CompiledPolicy", row: Row, term: BoundTerm) -> Decimal | None:
    if term.rate is not None:
        return _decimal(row["rate"], compiled.rate_scale, term.rate.fact.scale)
    # As the matrix states it: 0.0690 and 0.069 are told apart.
    return compiled.policy.bound.matrix.outputs[int(row["offer"])].rate


def _other_terms(compiled: "CompiledPolicy", row: Row, outcome: Outcome, term: BoundTerm) -> dict[str, object]:
    found = {}
    for other in term.other_terms:
        column = term_column(compiled.policy.bound.terms, outcome, other.fact.name)
        value = _value(other.fact, row[column], compiled.outputs[column].scale)
        found[other.fact.name] = other.fact.to_wire(value)
    return found


def _reasons(compiled: "CompiledPolicy", row: Row, score_reasons: Sequence[str]) -> tuple[str, ...]:
    codes: dict[str, None] = {}
    for slot in compiled.slots:
        if int(row[reasons_name(slot.column)]) >> slot.bit & 1:
            codes.update(dict.fromkeys(score_reasons if slot.code is None else (slot.code,)))
    return tuple(codes)


def _conditions(compiled: "CompiledPolicy", row: Row) -> tuple[str, ...]:
    table = compiled.policy.bound.conditions
    if table is None:
        return ()
    masks = [int(row[conditions_name(chunk)]) for chunk in range(len(chunks(len(table.rules))))]
    codes = [rule.output.condition for at, rule in enumerate(table.rules) if _bit(masks, at)]
    return tuple(dict.fromkeys(codes))


def _value(fact: Fact, stored: Any, scale: int) -> Any:
    """Return a value of a fact from its stored form."""
    if stored is None:
        return None
    if fact.type is FactType.DECIMAL:
        return _decimal(stored, scale, fact.scale)
    return int(stored) if fact.type in (FactType.INTEGER, FactType.MONEY) else stored


def _decimal(stored: Any, scale: int, places: int) -> Decimal:
    return Decimal(int(stored)).scaleb(-scale, NUMBERS).quantize(Decimal(1).scaleb(-places), context=NUMBERS)


def _letters(compiled: "CompiledPolicy", row: Row, values: Sequence[Any]) -> tuple[str, ...]:
    bound = compiled.policy.bound
    outcome = Outcome(row.get("policy_outcome") or row["outcome"])
    letters = []
    for definition, value in zip(bound.definitions, values, strict=True):
        if isinstance(definition.source, Formula):
            letters.append(MISSING if value is None else HIT)
        else:
            letters.append(_of_table(definition.source, row))
    letters += [_of_table(table, row) for table in (bound.eligibility, bound.knock_outs, bound.grade, bound.matrix)]
    letters.append(_of_terms(compiled, row))
    if bound.conditions is not None:
        granted = int(row[hits_name("terms", 0)]) != 0
        letters.append(_of_table(bound.conditions, row) if granted else NOT_EVALUATED * len(bound.conditions.rules))
    if bound.routing is not None:
        routed = outcome in (Outcome.REFER, Outcome.PEND_INFO)
        letters.append(_of_routing(bound.routing, row) if routed else NOT_EVALUATED * (len(bound.routing.rules) + 1))
    return tuple(letters)


def _of_terms(compiled: "CompiledPolicy", row: Row) -> str:
    told, untold = int(row[hits_name("terms", 0)]), int(row[misses_name("terms", 0)])
    places = range(len(compiled.policy.bound.terms))
    return "".join(HIT if told >> at & 1 else MISSING if untold >> at & 1 else NOT_EVALUATED for at in places)


def _of_rows(table: RuleTable[Any], row: Row) -> str:
    count = len(table.rules)
    hits = [int(row[hits_name(table.name, chunk)]) for chunk in range(len(chunks(count)))]
    misses = [int(row[misses_name(table.name, chunk)]) for chunk in range(len(chunks(count)))]
    letters = "".join(HIT if _bit(hits, at) else MISSING if _bit(misses, at) else NO_HIT for at in range(count))
    if table.hit_policy is HitPolicy.FIRST:
        looked_at = letters.rstrip(NO_HIT)
        # Nothing is looked at beyond the row that settles the table.
        letters = letters if not looked_at else looked_at.ljust(count, NOT_EVALUATED)
    return letters


def _of_table(table: RuleTable[Any], row: Row) -> str:
    letters = _of_rows(table, row)
    if table.default is None:
        return letters
    return letters + (NOT_EVALUATED if HIT in letters or MISSING in letters else HIT)


def _of_routing(table: RuleTable[Any], row: Row) -> str:
    """Whatever is in doubt, an application goes somewhere: to the default queue, if no row counts."""
    letters = _of_rows(table, row)
    return letters + (NOT_EVALUATED if HIT in letters else HIT)


def _bit(masks: Sequence[int], at: int) -> bool:
    return bool(masks[at // BITS] >> at % BITS & 1)
