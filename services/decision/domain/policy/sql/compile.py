"""From a policy to the columns of a query, stage by stage, as `interpret.course` goes through them."""

from typing import Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import GRADE, OUTCOME, RATE, SHARE, BoundPolicy
from services.decision.domain.policy.policy import Policy
from services.decision.domain.policy.sql.compiled import CompiledPolicy
from services.decision.domain.policy.sql.definitions import define, definition_name
from services.decision.domain.policy.sql.draft import Draft
from services.decision.domain.policy.sql.faults import NotCompilable
from services.decision.domain.policy.sql.grants import Conditions, Grant, conditions_name
from services.decision.domain.policy.sql.inputs import Inputs
from services.decision.domain.policy.sql.masks import chunks, hits_name, misses_name
from services.decision.domain.policy.sql.missing import TOLD, Causes
from services.decision.domain.policy.sql.offers import Choice, Offers, grade_of
from services.decision.domain.policy.sql.output import Output
from services.decision.domain.policy.sql.reasons import Reasons, ReasonSlot, reasons_name
from services.decision.domain.policy.sql.screens import Screen, severity_of
from services.decision.domain.policy.sql.selection import select, value_at
from services.decision.domain.policy.sql.text import all_of, any_of, chosen, negated, quoted, text_literal
from services.decision.domain.reasons import POLICY_UNRESOLVED, SCORE_UNAVAILABLE
from shared.errors import Fault
from shared.feel.typed.sql import SqlValue

_REFER: Final = Outcome.REFER.severity
_GRANTING: Final = Outcome.COUNTER_OFFER.severity


def compile_policy(policy: Policy, *, as_decided: bool = False) -> CompiledPolicy:
    """Return the policy as a query; raises `NotCompilable` with each construct that SQL cannot say.

    With `as_decided` the query answers as decisions do: an application for a product that is scored, of which no fact
    from scoring is there, is referred whatever the policy says.
    """
    return _Compiler(policy, as_decided).compiled()


def uncompilable(policy: Policy) -> tuple[Fault, ...]:
    """Return each construct of a policy that SQL cannot say, with its place: it is backtested row by row then."""
    try:
        compile_policy(policy)
    except NotCompilable as error:
        return error.faults
    return ()


class _Compiler:
    """A policy on its way through the stages. `asked`, `severity` and so on are references to columns."""

    def __init__(self, policy: Policy, as_decided: bool) -> None:
        self.policy = policy
        self.bound: BoundPolicy = policy.bound
        self.draft = Draft()
        self.layers = self.draft.layers
        layout = policy.interpreter.layout
        self.inputs = Inputs.of(self.draft, layout, self.bound.product, as_decided=as_decided)
        self.causes = Causes(self.draft, layout)
        self.reasons = Reasons()
        self.names: dict[str, SqlValue] = dict(self.inputs.names)
        self.outputs: dict[str, Output] = {}

    def compiled(self) -> CompiledPolicy:
        """Return the query; raises `NotCompilable`."""
        if not self.draft.faults:
            self._stages()
        if self.draft.faults:
            raise NotCompilable(self.draft.faults)
        return CompiledPolicy(
            policy=self.policy,
            facts=self.inputs.types,
            outputs=self.outputs,
            slots=tuple(sorted(self.reasons.slots, key=lambda slot: slot.order)),
            layers=self.layers,
            sound=self.inputs.sound,
        )

    def _stages(self) -> None:
        bound, draft = self.bound, self.draft
        for definition in bound.definitions:
            self.names[definition.name] = define(draft, definition, self.names)
            self.causes.define(definition, self.names)
        screens = [
            Screen.of(draft, table, self.names, stage)
            for stage, table in enumerate((bound.eligibility, bound.knock_outs))
        ]
        grade = Choice.of(draft, bound.grade, self.causes, self.names)
        self.names[GRADE] = grade_of(draft, bound.grade, grade.row, bound.matrix.vocabulary.types[GRADE])
        matrix = Choice.of(draft, bound.matrix, self.causes, self.names)
        offers = Offers.of(draft, bound.matrix, matrix.row)
        self.names |= {SHARE: offers.share, RATE: offers.rate}
        screened = self.layers.add("screened_severity", severity_of(screens))
        unresolved = chosen([(f"{grade.cause} <> {TOLD}", str(_REFER))], "0")
        severity = self.layers.add("severity", f"GREATEST({screened}, {offers.severity}, {unresolved})")
        unexplained = self._unexplained(severity, screened, offers, grade)
        asked = self.layers.add("asked", chosen([(unexplained, str(_REFER))], severity))
        grant = Grant.of(draft, self.causes, bound.terms, self.names, asked)
        refused, final = self._conditions(grant)
        for screen in screens:
            screen.explain(self.reasons, self.causes, self.names, severity)
        for stage, choice in ((2, grade), (3, matrix)):
            choice.explain(self.reasons, f"{severity} = {_REFER}", stage)
        as_offered = f"({final} = {severity} AND {severity} = {offers.severity})"
        with_score = all_of([f"{matrix.row} >= 0", f"{severity} > 0", self.inputs.score_reasons])
        offers.explain(self.reasons, as_offered, with_score, 3)
        self.reasons.add("TRUE", [((4, 0), unexplained, POLICY_UNRESOLVED)])
        grant.explain(self.reasons, refused, 5)
        self._route(final)
        self._answer(final, grant)
        self.outputs["offer"] = Output(f"CAST({chosen([(f'{matrix.row} >= 0', matrix.row)], '-1')} AS SMALLINT)")
        self._trace()

    def _unexplained(self, severity: str, screened: str, offers: Offers, grade: Choice) -> str:
        """An adverse offer for the reasons of a score that gave none, and nothing else as grave to explain it."""
        alone = [f"{severity} > 0", f"{severity} > {screened}", f"{severity} = {offers.severity}"]
        silent = [f"{offers.reason} = 0", negated(self.inputs.score_reasons)]
        resolved = f"NOT ({severity} = {_REFER} AND {grade.cause} <> {TOLD})"
        told = f"{quoted('row_matrix')} >= 0"
        return self.layers.add("unexplained", all_of([*alone, *silent, resolved, told]))

    def _conditions(self, grant: Grant) -> tuple[str, str]:
        """Return a condition for a grant that is refused for its conditions, and the severity of the final outcome."""
        refused, table = "FALSE", self.bound.conditions
        if table is not None:
            names = grant.names(self.names, table.vocabulary.types)
            conditions = Conditions.of(self.draft, table, names, grant.granted)
            conditions.explain(self.reasons, self.causes, names, 6)
            refused = conditions.refused
        failed = any_of([f"{grant.cause} <> {TOLD}", refused])
        return refused, self.layers.add("final_severity", chosen([(failed, str(_REFER))], grant.severity))

    def _route(self, final: str) -> None:
        table = self.bound.routing
        queue = "CAST(NULL AS VARCHAR)"
        if table is not None and table.default is not None:
            routed = f"{final} BETWEEN {_REFER} AND {Outcome.PEND_INFO.severity}"
            outcome = f"(CASE WHEN {final} = {_REFER} THEN 'refer' ELSE 'pend_info' END)"
            names = {**self.names, OUTCOME: SqlValue(outcome, table.vocabulary.types[OUTCOME])}
            rows = [self.draft.row(rule.tests, names) for rule in table.rules]
            row = select(self.layers, table, rows, self.draft.told(table.rules, names), routed)
            queues = [text_literal(output.queue) for output in table.outputs]
            queue = chosen([(routed, value_at(row, queues, queues[-1]))], "NULL")
        self._put("queue", queue)

    def _answer(self, final: str, grant: Grant) -> None:
        outcomes = [(f"{final} = {outcome.severity}", text_literal(outcome)) for outcome in Outcome]
        outcome = self.layers.add("policy_outcome", chosen(outcomes[:-1], outcomes[-1][1]))
        given = self.layers.add("given", f"{final} <= {_GRANTING}")
        unscored, unscored_slots = self.inputs.unscored, list[ReasonSlot]()
        if unscored != "FALSE":
            self.outputs["policy_outcome"] = Output(outcome)
            self.reasons.add("TRUE", [((-1, 0), unscored, SCORE_UNAVAILABLE)])
            unscored_slots = self.reasons.slots[-1:]
        self._put("outcome", outcome, text_literal(Outcome.REFER))
        self._put("grade", self.names[GRADE].sql)
        self._put("approved_minor", chosen([(given, grant.limit.sql)], "NULL"))
        self._put("rate", chosen([(given, grant.rate.sql)], "NULL"), scale=grant.rate.scale)
        for column, value in grant.other_terms(quoted("asked")):
            self._put(column, chosen([(given, value.sql)], "NULL"), scale=value.scale)
        for at, sql in enumerate(self.reasons.columns()):
            told = self.layers.add(reasons_name(at), sql)
            self._put(reasons_name(at), told, str(sum(1 << slot.bit for slot in unscored_slots if slot.column == at)))
        if self.bound.conditions is not None:
            for at, _ in enumerate(chunks(len(self.bound.conditions.rules))):
                name = conditions_name(at)
                self._put(name, chosen([(given, quoted(name))], "0"), "0")
        grant.letters(self.draft)

    def _put(self, name: str, sql: str, unscored: str = "NULL", scale: int = 0) -> None:
        """Define an output, which is `unscored` where a score is needed and not there."""
        self.outputs[name] = Output(chosen([(self.inputs.unscored, unscored)], sql), scale)

    def _trace(self) -> None:
        """Put out how the rows of all tables came out, and the values of the definitions."""
        for table in self.bound.tables:
            for number, _ in enumerate(chunks(len(table.rules))):
                for name in (hits_name(table.name, number), misses_name(table.name, number)):
                    self.outputs[name] = Output(quoted(name))
        for name in ("hits_terms_0", "misses_terms_0"):
            self.outputs[name] = Output(quoted(name))
        for definition in self.bound.definitions:
            name = definition_name(definition.name)
            self.outputs[name] = Output(quoted(name), self.names[definition.name].scale)
