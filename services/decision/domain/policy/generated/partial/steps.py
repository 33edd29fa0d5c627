"""The interpreter's function for each step of an evaluation, in the form that generated code calls."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from services.decision.domain.policy.bind import (
    STAGE_OUTPUTS,
    BoundDefinition,
    BoundPolicy,
    Formula,
)
from services.decision.domain.policy.generated.scope import Screened
from services.decision.domain.policy.interpret import Course, Interpreter, Slots
from services.decision.domain.policy.interpret.screen import screened
from services.decision.domain.policy.interpret.tables import definition_value
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.result import HIT, MISSING, Result
from services.decision.domain.policy.verdicts import Verdict, prevailing, verdict_of_offer
from shared.feel.typed import NOW, TODAY, Unknown

CLOCK: Final = (TODAY, NOW)
"""The names whose slots stand last."""


def definer(of: BoundDefinition, interpreter: Interpreter) -> Callable[[Slots], tuple[Any, str]]:
    """Return the interpreter's function to the value of a definition and its letters."""
    if not isinstance(of.source, Formula):
        table, fact = interpreter.tables[of.key], of.fact
        return lambda slots: definition_value(table, fact, slots)
    closure = interpreter.formulas[of.name]

    def define(slots: Slots) -> tuple[Any, str]:
        value = closure(slots)
        return value, MISSING if value is None else HIT

    return define


def stages_by_interpreter(interpreter: Interpreter) -> Callable[[Slots, Sequence[str], Sequence[str]], Result]:
    """Return a function that goes through the stages, the slots having all facts and definitions."""
    keys = [each.key for each in interpreter.policy.definitions]
    outputs = slice(interpreter.layout.slot_of[STAGE_OUTPUTS[0]], -len(CLOCK))
    blank = [None] * len(STAGE_OUTPUTS)

    def rest(slots: Slots, marks: Sequence[str], score_reasons: Sequence[str]) -> Result:
        # The function may have been through some of the stages.
        slots[outputs] = blank
        course = Course(interpreter, slots, dict(zip(keys, marks, strict=True)))
        course.decide(score_reasons)
        assert course.result is not None
        return course.result

    return rest


def weigher(
    policy: BoundPolicy, layout: Layout, remembered: Screened
) -> Callable[[str, str, int, Sequence[str], Slots], Verdict]:
    """Return a function to what prevails that also weighs screening rows that are missing."""

    def weigh(eligibility: str, knock_outs: str, row: int, score_reasons: Sequence[str], slots: Slots) -> Verdict:
        try:
            return remembered(eligibility, knock_outs, row, tuple(score_reasons))
        except Unknown:
            verdicts = [
                *screened(policy.eligibility, eligibility, layout, slots),
                *screened(policy.knock_outs, knock_outs, layout, slots),
                verdict_of_offer(policy.matrix.outputs[row], score_reasons),
            ]
            return prevailing(verdicts)

    return weigh
