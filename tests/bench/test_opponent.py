"""What the benchmarks compare with."""

from tests.bench.opponent import EXAMPLE


def test_the_opponent_of_decisions_answers_in_the_form_of_today() -> None:
    assert EXAMPLE.model_dump(mode="json")["outcome"] == "decline"
