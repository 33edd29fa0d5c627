"""Examples of a swap set: applications decided again by the online engine, with every rule and why in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from services.backtests.figures.comparison import Comparison, Side
from services.backtests.figures.report import Answered, Example, ReasonGiven, Statement
from services.backtests.figures.tables import Inconsistent, Tables, moment
from services.decision.domain.decision import SCORED, ScoreOutcome, decide, scored_facts
from services.decision.domain.policy import Evaluation, Policy, expand_trace
from services.decision.domain.policy.explain import Audience, Language, Section, explain, explain_without_rules
from services.decision.domain.reasons import SCORE_UNAVAILABLE, ReasonCatalogue
from shared.facts import Fact, FactType, FactValue, SoundFacts, Source
from shared.money import Money
from shared.products import Product

_TOLD: Final = (Section.RULES, Section.MISSING, Section.GRADE, Section.MATRIX, Section.TERMS, Section.CONDITIONS)
_ROWS_OF_A_TABLE: Final = 100
"""A trace of a larger table keeps only the rows that hit or lacked a fact: a policy may have thousands of rows."""


def examples(tables: Tables, comparison: Comparison, to: str) -> tuple[Example, ...]:
    """Return examples of the applications that only the policy `to` (`live` or `candidate`) grants credit.

    Raises `Inconsistent` when the online engine answers otherwise than the engine that ran the policy.
    """
    return tuple(_example(row, comparison) for row in tables.swapped(to, comparison.examples, comparison.seed))


def facts_of(row: Mapping[str, Any], product: Product) -> SoundFacts:
    """Return the facts of a row of `application`, from their stored form."""
    facts = product.dictionary.facts
    values = {name: value(fact, row[name]) for name, fact in facts.items() if name in row and row[name] is not None}
    return SoundFacts(values, product.dictionary)


def value(fact: Fact, stored: Any) -> FactValue:
    """Return the value of a fact from its stored form, in which a decimal is an integer at the fact's scale."""
    found: FactValue = Decimal(stored).scaleb(-fact.scale) if fact.type is FactType.DECIMAL else stored
    return found


def _example(row: Mapping[str, Any], comparison: Comparison) -> Example:
    product = comparison.product
    as_of = moment(row["as_of"])
    if as_of is None:
        raise Inconsistent("an application has no moment at which it is decided")
    facts = facts_of(row, product)
    score_reasons = tuple(row["score_reasons"] or ()) if row["has_score_reasons"] else ()
    answers = []
    for name, side in (("live", comparison.live), ("candidate", comparison.candidate)):
        answer = _answered(side, comparison, facts, score_reasons, as_of)
        if (answer.outcome, answer.approved_minor) != (row[f"{name}_outcome"], row[f"{name}_approved_minor"]):
            raise Inconsistent(f"the {side.engine} engine answers row {row['row_id']} otherwise than the online engine")
        answers.append(answer)
    shown = [fact for fact in product.dictionary.facts.values() if not fact.protected and fact.name in facts]
    statements = tuple(Statement(fact.label or fact.name, words_of(fact, facts[fact.name])) for fact in shown)
    return Example(str(row["reference"]), as_of, row["bad"], statements, *answers)


def words_of(fact: Fact, value: FactValue) -> str:
    """Return a value for people: amounts with their currency, numbers with their unit."""
    if fact.type is FactType.MONEY and isinstance(value, int):
        return str(Money(value, fact.currency or ""))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{fact.to_wire(value)} {fact.unit}" if fact.unit else str(fact.to_wire(value))


def _answered(
    side: Side, comparison: Comparison, facts: SoundFacts, score_reasons: Sequence[str], as_of: datetime
) -> Answered:
    product, catalogue, policy = comparison.product, comparison.catalogue, side.policy
    score = _score(product, facts, score_reasons)
    given = facts.without(SCORED)
    evaluation = decide(product, policy, given, score, as_of)
    known = given if score is None else scored_facts(given, score)
    return Answered(
        outcome=evaluation.outcome.value,
        grade=evaluation.grade,
        approved_minor=evaluation.approved_minor,
        rate=None if evaluation.rate is None else format(evaluation.rate, "f"),
        reasons=tuple(ReasonGiven(code, wording(catalogue, code, product.name)) for code in evaluation.reasons),
        queue=evaluation.queue,
        conditions=evaluation.conditions,
        account=_account(policy, catalogue, known, evaluation, as_of),
        trace=_trace(policy, known, evaluation, as_of),
    )


def _score(product: Product, facts: SoundFacts, reasons: Sequence[str]) -> ScoreOutcome | None:
    """Return the score that the row has; without one, a product with facts of the score refers."""
    score, pd = facts.get("score"), facts.get("pd")
    if not any(fact.source is Source.SCORING for fact in product.dictionary.facts.values()) or not isinstance(
        score, int
    ):
        return None
    return ScoreOutcome(score, pd if isinstance(pd, Decimal) else Decimal("NaN"), tuple(reasons), "", "", "")


def wording(catalogue: ReasonCatalogue, code: str, product: str) -> str:
    """Return what a reason code tells, in English; the code itself where no catalogue words it."""
    reason = catalogue.find(code, product)
    return code if reason is None else reason.wording[Language.EN]


def _account(
    policy: Policy, catalogue: ReasonCatalogue, facts: SoundFacts, evaluation: Evaluation, as_of: datetime
) -> tuple[str, ...]:
    if SCORE_UNAVAILABLE in evaluation.reasons:
        told = explain_without_rules(evaluation, policy.product, catalogue, Language.EN, Audience.OFFICER)
        return tuple(item.text for item in told.items if item.section is Section.OUTCOME)
    told = explain(policy, catalogue, facts, evaluation, as_of, Language.EN, Audience.OFFICER, None)
    return tuple(item.text for item in told.items if item.section in _TOLD)


def _trace(policy: Policy, facts: SoundFacts, evaluation: Evaluation, as_of: datetime) -> tuple[Mapping[str, Any], ...]:
    return tuple(_bounded(table) for table in expand_trace(policy, facts, evaluation.trace, as_of))


def _bounded(table: Mapping[str, Any]) -> Mapping[str, Any]:
    rows = table["rows"]
    if len(rows) <= _ROWS_OF_A_TABLE:
        return table
    telling = [row for row in rows if row["status"] in ("hit", "missing")][:_ROWS_OF_A_TABLE]
    return {**table, "rows": telling, "rows_left_out": len(rows) - len(telling)}
