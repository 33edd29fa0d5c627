"""Tests and conditional formulas in words, with the values they were made on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from services.decision.domain.policy.bind import Formula, Rule, TypedTest
from services.decision.domain.policy.explain.words import Unsaid, Words
from shared.feel.typed import Kind, Typed, names_in
from shared.feel.typed.nodes import (
    Brought,
    Choice,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    IsMissing,
    Membership,
    Not,
    Variable,
    Within,
)

_MEMBERS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Sentences(Words):
    """Sentences over the words of one evaluation.

    Where they are `open`, they state a condition that need not hold, and leave out the values it was looked at with.
    """

    open: bool = False

    def because(self, rule: Rule[Any]) -> str:
        """Return the tests of a row as one sentence."""
        tests = [test for test in rule.tests if not _holds_always(test.typed)] or rule.tests
        return self.listing([self.test(test) for test in tests], "all")

    def test(self, test: TypedTest) -> str:
        """Return what a test states, with the values it was made on; quoted where there are no words for it."""
        try:
            return self._sentence(test.typed)
        except Unsaid:
            return self._quoted(test)

    def asked(self, test: TypedTest) -> str:
        """Return what would have to hold for a test that does not."""
        subject = _subject(test.typed)
        try:
            if subject is not None and not _is_flag(subject):
                asked = self._predicate(test.typed, subject)
                name = self.expression(subject)
                return self.say("near.one", subject=name, value=self.value(subject), predicate=asked)
            sentence = replace(self, open=True)._sentence(test.typed)
        except Unsaid:
            sentence = self._quoted(test)
        return self.say("near.other", sentence=sentence)

    def formula(self, formula: Formula) -> str:
        """Return a formula with the labels of its operands, or its text where there are no words for it."""
        try:
            return self.expression(within_rounding(formula.typed))
        except Unsaid:
            return _code(formula.text)

    def settled(self, formula: Formula, value: bool) -> str:
        """Return why a condition with a name of its own holds, or that it does not."""
        try:
            if value:
                return self._sentence(formula.typed)
            return self.say("not", sentence=replace(self, open=True)._sentence(formula.typed))
        except Unsaid:
            names = self.with_values(names_in(formula.typed))
            return self.say("operands", formula=_code(formula.text), operands=names)

    def expression(self, typed: Typed) -> str:
        """Return an expression with the labels of its operands; raises `Unsaid`."""
        if not isinstance(typed, Choice):
            return Words.expression(self, typed)
        condition = replace(self, open=True)._sentence(typed.condition)
        then, otherwise = self.expression(typed.then), self.expression(typed.otherwise)
        return self.say("choice", then=then, condition=condition, otherwise=otherwise)

    def _quoted(self, test: TypedTest) -> str:
        names = names_in(test.typed)
        if not names:
            return self.say("quoted", text=_code(test.text))
        return self.say("quoted.with", text=_code(test.text), operands=self.with_values(names))

    def _sentence(self, typed: Typed) -> str:
        subject = _subject(typed)
        if subject is None or (_is_flag(subject) and isinstance(typed, Conjunction | Disjunction)):
            return self._compound(typed)
        return self._stated(typed, subject, self.expression(subject), self.value_of(subject))

    def _stated(self, typed: Typed, subject: Typed, name: str, value: Any) -> str:
        match typed:
            case IsMissing():
                said = self.say("is.missing", subject=name)
            case Not(IsMissing()):
                said = self.say("is.known", subject=name)
            case _ if value is None and not self.open:
                said = self.say("is.missing", subject=name)
            case Variable():
                said = self.say("is.flag", subject=name, value=self.like(subject, True))
            case Not(Variable()):
                said = self.say("is.flag", subject=name, value=self.like(subject, False))
            case _ if self.open:
                said = self.say("is.bare", subject=name, predicate=self._predicate(typed, subject))
            case _ if _says_the_value(typed) and self.value_of(typed) is True:
                said = self.say("is.value", subject=name, value=self.like(subject, value))
            case _:
                predicate = self._predicate(typed, subject)
                said = self.say("is", subject=name, value=self.like(subject, value), predicate=predicate)
        return said

    def _compound(self, typed: Typed) -> str:
        match typed:
            case Conjunction(operands):
                return self.listing([self._nested(each, Disjunction) for each in operands], "all")
            case Disjunction(operands):
                return self.listing([self._nested(each, Conjunction) for each in operands], "or")
            case Not(operand):
                return self.say("not", sentence=self.say("nested", sentence=self._sentence(operand)))
        raise Unsaid

    def _nested(self, typed: Typed, other: type) -> str:
        words = self._sentence(typed)
        compound = isinstance(typed, other) and _subject(typed) is None
        return self.say("nested", sentence=words) if compound else words

    def _predicate(self, typed: Typed, subject: Typed) -> str:
        """Return what a test says of its subject: `above 0.45`."""
        match typed:
            case Comparison(operator, _, right):
                of_days = "day." if right.type.kind is Kind.DATE and operator not in ("=", "!=") else ""
                said = self.say(f"predicate.{of_days}{operator}", bound=self._bound(right, subject))
            case Within():
                said = self._within(typed, subject)
            case Membership(_, members):
                said = self.say("predicate.members", members=self._members(members, subject))
            case IsMissing():
                said = self.say("predicate.missing")
            case Not(operand):
                said = self._denied(operand, subject)
            case Conjunction(operands):
                said = self.listing([self._predicate(each, subject) for each in operands], "both")
            case Disjunction(operands):
                said = self.listing([self._predicate(each, subject) for each in operands], "or")
            case _:
                raise Unsaid
        return said

    def _denied(self, typed: Typed, subject: Typed) -> str:
        match typed:
            case Comparison("=", _, right):
                said = self.say("predicate.!=", bound=self._bound(right, subject))
            case Membership(_, members):
                said = self.say("predicate.no_member", members=self._members(members, subject))
            case Within(_, low, high, True, True):
                ends = {"low": self._bound(low, subject), "high": self._bound(high, subject)}
                said = self.say("predicate.outside", **ends)
            case IsMissing():
                said = self.say("predicate.known")
            case _:
                said = self.say("predicate.not", predicate=self._predicate(typed, subject))
        return said

    def _within(self, typed: Within, subject: Typed) -> str:
        if typed.low_included and typed.high_included:
            ends = {"low": self._bound(typed.low, subject), "high": self._bound(typed.high, subject)}
            return self.say("predicate.within", **ends)
        at_least = Comparison(">=" if typed.low_included else ">", typed.value, typed.low)
        at_most = Comparison("<=" if typed.high_included else "<", typed.value, typed.high)
        return self.listing([self._predicate(each, subject) for each in (at_least, at_most)], "both")

    def _members(self, members: Sequence[Any], subject: Typed) -> str:
        said = [self.like(subject, member) for member in members[:_MEMBERS_SHOWN]]
        if len(members) > _MEMBERS_SHOWN:
            said.append(self.say("members.more", number=len(members) - _MEMBERS_SHOWN))
        return self.listing(said, "or")

    def _bound(self, typed: Typed, subject: Typed) -> str:
        """Return what the subject is compared with; what is computed, with its value."""
        if isinstance(typed, Constant):
            return self.like(subject, typed.value)
        named = self.expression(typed)
        if self.open:
            return named
        return self.say("bound.with_value", words=named, value=self.value(typed))


def within_rounding(typed: Typed) -> Typed:
    """Return an expression without what brings it to its declared type."""
    return typed.operand if isinstance(typed, Brought) else typed


def _code(text: str) -> str:
    """Return FEEL as it is written, on one line."""
    return f"`{' '.join(text.split())}`"


def _subject(typed: Typed) -> Typed | None:
    """Return the one expression that a test is about, None where it is about several."""
    match typed:
        case Comparison(_, subject) | Within(subject) | Membership(subject) | IsMissing(subject):
            return subject
        case Variable():
            return typed
        case Not(operand):
            return _subject(operand)
        case Conjunction(operands) | Disjunction(operands):
            subjects = {_subject(operand) for operand in operands}
            return subjects.pop() if len(subjects) == 1 else None
    return None


def _is_flag(subject: Typed) -> bool:
    return isinstance(subject, Variable) and subject.type.kind is Kind.BOOLEAN


def _says_the_value(typed: Typed) -> bool:
    return isinstance(typed, Membership) or (
        isinstance(typed, Comparison) and typed.operator == "=" and isinstance(typed.right, Constant)
    )


def _holds_always(typed: Typed) -> bool:
    return isinstance(typed, Constant) and typed.value is True
