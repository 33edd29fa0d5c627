"""The function of a policy for applications of which something is missing.

Step by step (a definition, a row of a screen, a table) it does what the function for complete applications does
wherever all names that the step reads are there; a step that lacks one is left to the interpreter's function for that
step. So it is exact because they are. Where a stage comes to nothing, the interpreter goes through the stages.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import (
    STAGE_OUTPUTS,
    BoundDefinition,
    BoundPolicy,
    Formula,
    RuleTable,
    names_of_definition,
    names_of_rule,
    names_of_table,
)
from services.decision.domain.policy.document import Finding, OnMissing
from services.decision.domain.policy.generated.code import (
    all_of,
    assign,
    attempt,
    below,
    call,
    constant,
    expression,
    name,
    template,
    when,
)
from services.decision.domain.policy.generated.definitions import definition
from services.decision.domain.policy.generated.function import compiled, stages, tuple_of
from services.decision.domain.policy.generated.scope import Scope, Screened, variables
from services.decision.domain.policy.interpret import Course, Interpreter, Slots, row_letter
from services.decision.domain.policy.interpret.tables import definition_value
from services.decision.domain.policy.interpret.why import why_missing
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.result import HIT, MISSING, NO_HIT, Result
from services.decision.domain.policy.verdicts import Verdict, prevailing, verdict_of_finding, verdict_of_offer
from shared.facts import FactValue, SoundFacts
from shared.feel.typed import NOW, TODAY, Unknown

DecideAnyway = Callable[[Mapping[str, FactValue], Sequence[str], datetime], Result]
"""Returns the result for facts, reasons of the score, and the moment, whatever is missing."""

_CLOCK: Final = (TODAY, NOW)
_NEVER_MISSING: Final = frozenset((*STAGE_OUTPUTS, *_CLOCK))
"""Stages that come to nothing are left to the interpreter, and what the matrix leaves open is asked for when read."""

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
    scope = _Tolerant(variables(interpreter.layout), interpreter=interpreter)
    unknown = name(scope.constant(Unknown))
    body = _reading(interpreter, scope)
    marks = []
    for number, each in enumerate(interpreter.policy.definitions):
        marks.append(f"marks{number}")
        body += _definition(each, marks[-1], scope)
    rest = expression(
        "REST(slots, MARKS, score_reasons)",
        REST=name(scope.constant(_by_interpreter(interpreter))),
        MARKS=tuple_of(marks),
    )
    return compiled([*body, attempt(stages(interpreter, marks, scope), unknown, [ast.Return(rest)])], scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tolerant(Scope):
    """Facts and definitions may be None. What lacks one asks the interpreter's functions of `slots`."""

    interpreter: Interpreter

    def letter(self, table: RuleTable[Any], row: int) -> ast.expr:
        letter, there = Scope.letter(self, table, row), self.there(names_of_rule(table.rules[row]))
        if there is None:
            return letter
        tests = self.interpreter.tables[table.name].tests[row]
        by_interpreter = call(self.constant(row_letter), name(self.constant(tests)), name("slots"))
        return ast.IfExp(there, letter, by_interpreter)

    def screen(self, table: RuleTable[Any], marks: str, found: Sequence[ast.stmt]) -> list[ast.stmt]:
        notable = ast.Compare(name(marks), [ast.NotEq()], [constant(NO_HIT * len(table.rules))])
        return [assign(marks, self.letters(table)), when(notable, found)]

    def weighed(self, policy: BoundPolicy, screened: Screened) -> ast.expr:
        layout = self.interpreter.layout

        def weigh(eligibility: str, knock_outs: str, row: int, score_reasons: Sequence[str], slots: Slots) -> Verdict:
            if MISSING not in eligibility and MISSING not in knock_outs:
                return screened(eligibility, knock_outs, row, tuple(score_reasons))
            verdicts = [
                *_verdicts(policy.eligibility, eligibility, layout, slots),
                *_verdicts(policy.knock_outs, knock_outs, layout, slots),
                verdict_of_offer(policy.matrix.outputs[row], score_reasons),
            ]
            return prevailing(verdicts)

        return expression(
            "WEIGH(eligibility, knock_outs, offer, score_reasons, slots)", WEIGH=name(self.constant(weigh))
        )

    def needing(self, names: frozenset[str]) -> list[ast.stmt]:
        there = self.there(names)
        return [] if there is None else [when(ast.UnaryOp(ast.Not(), there), [self.give_up()])]

    def noting(self, names: frozenset[str]) -> list[ast.stmt]:
        return [self.note(output) for output in STAGE_OUTPUTS if output in names]

    def note(self, of: str) -> ast.stmt:
        """Return code that puts a variable into its slot."""
        slot = ast.Subscript(name("slots"), constant(self.interpreter.layout.slot_of[of]), ast.Store())
        return ast.Assign([slot], name(self.variable_of[of]))

    def selected(self, table: RuleTable[Any], row: str, marks: str, code: list[ast.stmt]) -> list[ast.stmt]:
        there = self.there(names_of_table(table))
        if there is None:
            return code
        select = self.constant(self.interpreter.tables[table.name].select)
        by_interpreter = [
            *self.noting(names_of_table(table)),
            _assign_both(row, marks, call(select, name("slots"))),
            when(below(name(row), constant(0)), [self.give_up()]),
        ]
        return [when(there, code, by_interpreter)]

    def there(self, names: frozenset[str]) -> ast.expr | None:
        """Return whether all facts and definitions among the names are there; None where there are none."""
        doubtful = sorted(names - _NEVER_MISSING)
        if not doubtful:
            return None
        none = constant(None)
        return all_of([ast.Compare(name(self.variable_of[each]), [ast.IsNot()], [none]) for each in doubtful])


def _verdicts(table: RuleTable[Finding], letters: str, layout: Layout, slots: Slots) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for rule, letter in zip(table.rules, letters, strict=True):
        if letter == HIT:
            verdicts.append(verdict_of_finding(rule.output))
        elif letter == MISSING and rule.output.on_missing is not OnMissing.IGNORE:
            why = why_missing(layout, names_of_rule(rule), slots)
            verdicts.append((Outcome(rule.output.on_missing), why))
    return verdicts


def _reading(interpreter: Interpreter, scope: Scope) -> list[ast.stmt]:
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
            BLANK=name(scope.constant((None,) * (len(layout.slot_of) - len(known) - len(_CLOCK)))),
            READ=name(scope.constant(layout.read)),
        ),
        ast.Assign([ast.Tuple(targets, ast.Store())], expression("slots[:MANY]", MANY=constant(len(known)))),
    ]


def _definition(of: BoundDefinition, marks: str, scope: _Tolerant) -> list[ast.stmt]:
    tables = scope.interpreter.tables
    code = definition(of, marks, tables[of.key].order if of.key in tables else (), scope)
    define = call(scope.constant(_definer(of, scope.interpreter)), name("slots"))
    by_interpreter = [_assign_both(scope.variable_of[of.name], marks, define)]
    tried = attempt(code, name(scope.constant(Unknown)), by_interpreter)
    there = scope.there(names_of_definition(of))
    return [tried if there is None else when(there, [tried], by_interpreter), scope.note(of.name)]


def _definer(of: BoundDefinition, interpreter: Interpreter) -> Callable[[Slots], tuple[Any, str]]:
    """Return the interpreter's function to the value of a definition and its letters."""
    if not isinstance(of.source, Formula):
        table, fact = interpreter.tables[of.key], of.fact
        return lambda slots: definition_value(table, fact, slots)
    closure = interpreter.formulas[of.name]

    def define(slots: Slots) -> tuple[Any, str]:
        value = closure(slots)
        return value, MISSING if value is None else HIT

    return define


def _by_interpreter(interpreter: Interpreter) -> Callable[[Slots, Sequence[str], Sequence[str]], Result]:
    """Return a function that goes through the stages, the slots having all facts and definitions."""
    keys = [each.key for each in interpreter.policy.definitions]
    outputs = slice(interpreter.layout.slot_of[STAGE_OUTPUTS[0]], -len(_CLOCK))
    blank = [None] * len(STAGE_OUTPUTS)

    def rest(slots: Slots, marks: Sequence[str], score_reasons: Sequence[str]) -> Result:
        # The function may have been through some of the stages.
        slots[outputs] = blank
        course = Course(interpreter, slots, dict(zip(keys, marks, strict=True)))
        course.decide(score_reasons)
        return _result(course)

    return rest


def _result(course: Course) -> Result:
    assert course.result is not None
    return course.result


def _assign_both(one: str, other: str, values: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Tuple([ast.Name(one, ast.Store()), ast.Name(other, ast.Store())], ast.Store())], values)
