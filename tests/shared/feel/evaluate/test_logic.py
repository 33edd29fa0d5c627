from hypothesis import given
from hypothesis import strategies as st

from shared.feel.values import Value
from tests.shared.feel.evaluate.evaluating import value_of

OPERANDS = {"true": True, "false": False, "null": None, "1": None, '"true"': None}
operands = st.sampled_from(sorted(OPERANDS))


def conjunction(left: Value, right: Value) -> Value:
    return False if left is False or right is False else True if left and right else None


@given(operands, operands)
def test_what_is_neither_true_nor_false_counts_as_unknown(left, right):
    known = OPERANDS[left], OPERANDS[right]
    assert value_of(f"{left} and {right}") is conjunction(*known)


@given(operands, operands)
def test_a_disjunction_is_the_dual_of_a_conjunction(left, right):
    negated = f"not(not({left}) and not({right}))"
    if "1" not in (left, right) and '"true"' not in (left, right):
        assert value_of(f"{left} or {right}") is value_of(negated)


@given(st.lists(operands, max_size=5))
def test_every_is_and_over_all_items_and_some_is_or(items):
    known = [OPERANDS[item] for item in items]
    source = f"[{', '.join(items)}]"
    every = False if False in known else None if None in known else True
    some = True if True in known else None if None in known else False
    assert value_of(f"every x in {source} satisfies x") is every
    assert value_of(f"some x in {source} satisfies x") is some


def test_the_right_operand_is_not_evaluated_when_the_left_decides():
    assert value_of("false and some x in 1..100000000 satisfies false") is False
    assert value_of("true or some x in 1..100000000 satisfies false") is True
