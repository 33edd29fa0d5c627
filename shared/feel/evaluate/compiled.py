"""Expressions and unary tests, ready to be evaluated any number of times."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.feel.evaluate import calls, choices, literals, loops, membership
from shared.feel.evaluate.code import Code, Compiler, Rule, Scope
from shared.feel.evaluate.frames import Frames, frames_of
from shared.feel.evaluate.run import Run
from shared.feel.syntax import tree
from shared.feel.types import FeelType
from shared.feel.values import FeelError, Value

_OWN_FRAMES = 1

_RULES: Mapping[type, Rule] = {
    tree.NumberLiteral: literals.compile_literal,
    tree.StringLiteral: literals.compile_literal,
    tree.BooleanLiteral: literals.compile_literal,
    tree.NullLiteral: literals.compile_null,
    tree.AtLiteral: literals.compile_at_literal,
    tree.Name: literals.compile_name,
    tree.Path: literals.compile_path,
    tree.ListLiteral: literals.compile_list,
    tree.ContextLiteral: literals.compile_context,
    tree.Interval: literals.compile_interval,
    tree.UnaryComparison: literals.compile_half_range,
    tree.Negation: choices.compile_negation,
    tree.Arithmetic: choices.compile_arithmetic,
    tree.Comparison: choices.compile_comparison,
    tree.Between: choices.compile_between,
    tree.Conjunction: choices.compile_conjunction,
    tree.Disjunction: choices.compile_disjunction,
    tree.If: choices.compile_if,
    tree.InstanceOf: choices.compile_instance_of,
    tree.In: membership.compile_in,
    tree.For: loops.compile_for,
    tree.Quantified: loops.compile_quantified,
    tree.Filter: loops.compile_filter,
    tree.Call: calls.compile_call,
    tree.FunctionLiteral: calls.compile_function,
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression or a unary test. `frames` are those of Python that its `code` takes."""

    code: Code
    frames: Frames

    def evaluate(self, scope: Scope, run: Run) -> Value:
        """The value in a scope, whose names are the variables. Unary tests take what they test as the variable `?`.

        Never raises: what goes wrong becomes a note of the run, and null. In an exhausted run, all is null.
        """
        calling, deepest = _OWN_FRAMES + self.frames.calling, _OWN_FRAMES + self.frames.all
        try:
            run.enter(calling, deepest)
        except FeelError as fault:
            run.note(fault)
            return None
        try:
            value = self.code(scope, run)
        finally:
            run.leave(calling)
        return None if run.exhausted else value


def compile_expression(node: tree.Node, types: Mapping[str, FeelType] | None = None) -> Compiled:
    """An expression made ready. `types` are the model's own by their names, for the type expressions in it."""
    return Compiled(Compiler(_RULES, types or {}).compile(node), frames_of(node))


def compile_unary_tests(tests: tree.UnaryTests, types: Mapping[str, FeelType] | None = None) -> Compiled:
    """A cell made ready. Its value is true, false, or null where it cannot be told."""
    return Compiled(membership.compile_tests(tests, Compiler(_RULES, types or {})), frames_of(tests))
