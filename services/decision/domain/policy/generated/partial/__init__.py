"""The function of a policy for applications of which something is missing.

Step by step (a definition, a row of a screen, a table) it does what the function for complete applications does
wherever all names that the step reads are there; a step that lacks one is left to the interpreter's function for that
step. So it is exact because they are. Where a stage comes to nothing, the interpreter goes through the stages.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Final

from services.decision.domain.policy.bind import BoundDefinition, BoundPolicy, Formula, names_of_definition
from services.decision.domain.policy.generated.code import (
    assign,
    attempt,
    call,
    constant,
    expression,
    name,
    template,
    when,
)
from services.decision.domain.policy.generated.definitions import definition
from services.decision.domain.policy.generated.function import compiled, stages, tuple_of
from services.decision.domain.policy.generated.partial.steps import CLOCK, definer, stages_by_interpreter
from services.decision.domain.policy.generated.partial.tolerant import Tolerant, assign_both, needs_all
from services.decision.domain.policy.generated.scope import variables
from services.decision.domain.policy.interpret import Interpreter
from services.decision.domain.policy.result import MISSING, Result
from shared.facts import FactValue, SoundFacts
from shared.feel.typed import Unknown

DecideAnyway = Callable[[Mapping[str, FactValue], Sequence[str], datetime], Result]
"""Returns the result for facts, reasons of the score, and the moment, whatever is missing."""

_MOST_CHARACTERS: Final = 20_000
"""Text of a policy up to which its function may be compiled while a request waits: a few hundredths of a second."""


def decide_anyway(interpreter: Interpreter) -> DecideAnyway:
    """Return the function of a policy, compiled when it is first needed, or at once where that would take long."""
    if _characters(interpreter.policy) > _MOST_CHARACTERS:
        return generate(interpreter)
    made = cache(lambda: generate(interpreter))

    def decide(facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime) -> Result:
        return made()(facts, score_reasons, as_of)

    return decide


def _characters(policy: BoundPolicy) -> int:
    rules = [rule for table in policy.tables for rule in table.rules]
    outputs = [output for table in policy.tables for output in table.outputs]
    sources = [each.source for each in policy.definitions]
    formulas = [formula for term in policy.terms.values() for formula in term.formulas]
    formulas += [each for each in (*outputs, *sources) if isinstance(each, Formula)]
    return sum(len(test.text) for rule in rules for test in rule.tests) + sum(len(each.text) for each in formulas)


def generate(interpreter: Interpreter) -> DecideAnyway:
    """Return the function of a policy, compiled."""
    scope = Tolerant(variables(interpreter.layout), interpreter=interpreter)
    unknown = name(scope.constant(Unknown))
    body = _reading(interpreter, scope)
    marks = []
    for number, each in enumerate(interpreter.policy.definitions):
        marks.append(f"marks{number}")
        body += _definition(each, marks[-1], scope)
    rest = expression(
        "REST(slots, MARKS, score_reasons)",
        REST=name(scope.constant(stages_by_interpreter(interpreter))),
        MARKS=tuple_of(marks),
    )
    return compiled([*body, attempt(stages(interpreter, marks, scope), unknown, [ast.Return(rest)])], scope)


def _reading(interpreter: Interpreter, scope: Tolerant) -> list[ast.stmt]:
    layout = interpreter.layout
    known = [fact.name for fact in layout.facts]
    targets: list[ast.expr] = [ast.Name(scope.variable_of[each], ast.Store()) for each in known]
    return [
        *template(
            """
today = as_of.astimezone(UTC).date()
if type(facts) is SOUND and facts.dictionary is DICTIONARY:
    slots = [*MAP(facts.get, NAMES), *BLANK, today, as_of]
else:
    slots = READ(facts, as_of)
""",
            UTC=name(scope.constant(UTC)),
            SOUND=name(scope.constant(SoundFacts)),
            DICTIONARY=name(scope.constant(interpreter.policy.product.dictionary)),
            MAP=name(scope.constant(map)),
            NAMES=name(scope.constant(tuple(known))),
            BLANK=name(scope.constant((None,) * (len(layout.slot_of) - len(known) - len(CLOCK)))),
            READ=name(scope.constant(layout.read)),
        ),
        ast.Assign([ast.Tuple(targets, ast.Store())], expression("slots[:MANY]", MANY=constant(len(known)))),
    ]


def _definition(of: BoundDefinition, marks: str, scope: Tolerant) -> list[ast.stmt]:
    tables = scope.interpreter.tables
    code = definition(of, marks, tables[of.key].order if of.key in tables else (), scope)
    define = call(scope.constant(definer(of, scope.interpreter)), name("slots"))
    by_interpreter = [assign_both(scope.variable_of[of.name], marks, define)]
    tried = attempt(code, name(scope.constant(Unknown)), by_interpreter)
    there = scope.there(names_of_definition(of))
    if there is None:
        return [tried, scope.note(of.name)]
    without = by_interpreter
    if isinstance(of.source, Formula) and needs_all(of.source.typed):
        without = [assign(scope.variable_of[of.name], constant(None)), assign(marks, constant(MISSING))]
    return [when(there, [tried], without), scope.note(of.name)]
