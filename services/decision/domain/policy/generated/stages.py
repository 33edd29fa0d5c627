"""The stages of a policy as code: verdicts, what is granted, where a referred application goes."""

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import (
    GRADE,
    LIMIT,
    OUTCOME,
    RATE,
    SHARE,
    BoundPolicy,
    BoundTerm,
    RuleTable,
    names_of_table,
)
from services.decision.domain.policy.document import Finding, OnMissing, Requirement
from services.decision.domain.policy.generated.code import (
    assign,
    below,
    call,
    constant,
    expression,
    item,
    name,
    template,
    when,
)
from services.decision.domain.policy.generated.scope import Scope
from services.decision.domain.policy.generated.tables import single
from services.decision.domain.policy.result import HIT, MISSING, NOT_EVALUATED
from services.decision.domain.policy.verdicts import Verdict, prevailing, verdict_of_finding, verdict_of_offer
from shared.feel.typed import Unknown
from shared.money import MAX_MINOR
from shared.products import REQUESTED_AMOUNT

_REMEMBERED: Final = 2_000

FOUND: Final = "found"
MATRIX_ROW: Final = "offer"


def verdict(policy: BoundPolicy, scope: Scope) -> list[ast.stmt]:
    """Return code that puts what prevails into `verdict` and `reasons`."""
    offers = policy.matrix.outputs
    approved = tuple(offer.outcome is Outcome.APPROVE for offer in offers)

    # Few combinations of rules ever hit; what each comes to is found once.
    @lru_cache(maxsize=_REMEMBERED)
    def screened(eligibility: str, knock_outs: str, row: int, score_reasons: tuple[str, ...]) -> Verdict:
        hits = [*_hits(policy.eligibility, eligibility), *_hits(policy.knock_outs, knock_outs)]
        return prevailing([*hits, verdict_of_offer(offers[row], score_reasons)])

    def offered(row: int, score_reasons: Sequence[str]) -> Verdict:
        return prevailing([verdict_of_offer(offers[row], score_reasons)])

    return template(
        """
if found:
    verdict, reasons = WEIGHED
elif APPROVED[offer]:
    verdict = APPROVE
    reasons = ()
else:
    verdict, reasons = OFFERED(offer, score_reasons)
""",
        WEIGHED=scope.weighed(policy, screened),
        APPROVED=name(scope.constant(approved)),
        APPROVE=name(scope.constant(Outcome.APPROVE)),
        OFFERED=name(scope.constant(offered)),
    )


def _hits(table: RuleTable[Finding], letters: str) -> list[Verdict]:
    findings = [(rule.output, letter) for rule, letter in zip(table.rules, letters, strict=True)]
    if any(letter == MISSING and finding.on_missing is not OnMissing.IGNORE for finding, letter in findings):
        raise Unknown
    return [verdict_of_finding(finding) for finding, letter in findings if letter == HIT]


def granting(policy: BoundPolicy, scope: Scope) -> list[ast.stmt]:
    """Return code that grants what `verdict` grants, or routes the application."""
    offers = policy.matrix.outputs
    statements = [
        assign(SHARE, item(scope.constant(tuple(offer.share for offer in offers)), name(MATRIX_ROW))),
        assign(RATE, item(scope.constant(tuple(offer.rate for offer in offers)), name(MATRIX_ROW))),
    ]
    branch: list[ast.stmt] = _refused(policy, scope)
    for outcome, term in reversed(list(policy.terms.items())):
        branch = [when(_is(outcome, scope), _granted(policy, outcome, term, scope), branch)]
    return [*statements, *branch]


def _granted(policy: BoundPolicy, outcome: Outcome, term: BoundTerm, scope: Scope) -> list[ast.stmt]:
    tables: list[RuleTable[Any]] = [] if policy.conditions is None else [policy.conditions]
    statements = _stated(term.names.union(*(names_of_table(table) for table in tables)), scope)
    statements += scope.needing(term.names | {REQUESTED_AMOUNT})
    statements.append(assign(OUTCOME, constant(outcome.value)))
    statements.append(assign(LIMIT, scope.code(term.limit.typed)))
    if term.multiple_minor != 1:
        statements += template("limit = limit // MULTIPLE * MULTIPLE", MULTIPLE=constant(term.multiple_minor))
    too_much = expression("not 0 < limit <= MOST", MOST=constant(MAX_MINOR))
    statements.append(when(too_much, [scope.give_up()]))
    if outcome is Outcome.APPROVE:
        statements += _less(term, scope)
    if term.rate is not None:
        statements.append(assign(RATE, scope.code(term.rate.typed)))
    statements.append(assign("other_terms", _other_terms(term, scope)))
    if outcome is Outcome.APPROVE and any(OUTCOME in names_of_table(table) for table in tables):
        # Price and other terms are those of an approval; what has to be there follows from what became of it.
        statements.append(assign(OUTCOME, expression("verdict.value")))
    marks = "".join(HIT if offered is outcome else NOT_EVALUATED for offered in policy.terms)
    statements.append(assign("terms", constant(marks)))
    statements += _conditions(policy.conditions, scope)
    statements.append(assign("queue", constant(None)))
    if policy.routing is not None:
        statements.append(assign("routing", constant(NOT_EVALUATED * (len(policy.routing.rules) + 1))))
    return statements


def _stated(names: frozenset[str], scope: Scope) -> list[ast.stmt]:
    """What the matrix may leave open must be stated where it is read."""
    read = [output for output in (SHARE, RATE) if output in names]
    return [when(expression("OUTPUT is None", OUTPUT=name(output)), [scope.give_up()]) for output in read]


def _less(term: BoundTerm, scope: Scope) -> list[ast.stmt]:
    requested = name(scope.variable_of[REQUESTED_AMOUNT])
    if term.less_reason is None:
        return [when(below(name(LIMIT), requested), [scope.give_up()])]
    return template(
        """
if limit < REQUESTED:
    verdict = COUNTER_OFFER
    reasons = LESS
""",
        REQUESTED=requested,
        COUNTER_OFFER=name(scope.constant(Outcome.COUNTER_OFFER)),
        LESS=name(scope.constant((term.less_reason,))),
    )


def _other_terms(term: BoundTerm, scope: Scope) -> ast.expr:
    values = [call(scope.constant(each.fact.to_wire), scope.code(each.typed)) for each in term.other_terms]
    return ast.Dict([constant(each.fact.name) for each in term.other_terms], values)


def _conditions(table: RuleTable[Requirement] | None, scope: Scope) -> list[ast.stmt]:
    none: ast.stmt = assign("conditions", constant(()))
    if table is None:
        return [none]
    rules = table.rules

    def required(letters: str) -> tuple[str, ...]:
        codes: dict[str, None] = {}
        for rule, letter in zip(rules, letters, strict=True):
            on_missing = rule.output.on_missing
            if letter == HIT or (letter == MISSING and on_missing is OnMissing.REQUIRE):
                codes[rule.output.condition] = None
            elif letter == MISSING and on_missing is OnMissing.REFER:
                raise Unknown
        return tuple(codes)

    found = assign("conditions", call(scope.constant(required), name("marks")))
    return [none, *scope.noting(names_of_table(table)), *scope.screen(table, "marks", [found])]


def _is(outcome: Outcome, scope: Scope) -> ast.expr:
    return expression("verdict is OUTCOME", OUTCOME=name(scope.constant(outcome)))


def _refused(policy: BoundPolicy, scope: Scope) -> list[ast.stmt]:
    unknown = [outcome for outcome in (Outcome.APPROVE, Outcome.COUNTER_OFFER) if outcome not in policy.terms]
    statements = [when(_is(outcome, scope), [scope.give_up()]) for outcome in unknown]
    statements += template(
        """
limit = None
conditions = ()
other_terms = {}
terms = MARKS
queue = None
""",
        MARKS=constant(NOT_EVALUATED * len(policy.terms)),
    )
    if policy.conditions is not None:
        statements.append(assign("marks", constant(NOT_EVALUATED * len(policy.conditions.rules))))
    if policy.routing is not None:
        statements += _routing(policy.routing, scope)
    statements.append(assign(RATE, constant(None)))
    return statements


def _routing(table: RuleTable[Any], scope: Scope) -> list[ast.stmt]:
    queues = tuple(output.queue for output in table.outputs)
    routed = [
        *_stated(names_of_table(table), scope),
        assign(OUTCOME, expression("verdict.value")),
        *scope.selected(table, "row", "routing", single(table, "row", "routing", range(len(table.rules)), scope)),
        assign("queue", item(scope.constant(queues), name("row"))),
    ]
    declined = assign("routing", constant(NOT_EVALUATED * (len(table.rules) + 1)))
    return [when(_is(Outcome.DECLINE, scope), [declined], routed)]


def grade(table: RuleTable[Any], order: Sequence[int], scope: Scope) -> list[ast.stmt]:
    """Return code that puts the grade into its variable, its letters into `grades`."""
    grades = tuple(output.grade for output in table.outputs)
    found = scope.selected(table, "row", "grades", single(table, "row", "grades", order, scope))
    return [*found, assign(GRADE, item(scope.constant(grades), name("row")))]


def matrix(table: RuleTable[Any], order: Sequence[int], scope: Scope) -> list[ast.stmt]:
    """Return code that puts the number of the matrix row that counts into its variable, its letters into `matrix`."""
    return scope.selected(table, MATRIX_ROW, "matrix", single(table, MATRIX_ROW, "matrix", order, scope))
