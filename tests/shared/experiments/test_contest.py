"""Which version answers for a party."""

from shared.experiments.domain.contest import Choice, Contest
from shared.experiments.domain.split import Split

LAYER = "consumer-loan"


def test_without_a_test_the_champion_answers_and_there_is_no_arm() -> None:
    assert Contest(LAYER, "live").choice("pty_1") == Choice("live")


def test_a_test_on_everybody_answers_everything() -> None:
    contest = Contest(LAYER, "live", {"bold": "new"}, Split().divided({"bold": 10_000}))
    assert contest.choice("pty_1") == Choice("new", "challenger:bold")


def test_those_outside_every_test_are_on_the_arm_of_the_champion() -> None:
    contest = Contest(LAYER, "live", {"bold": "new"}, Split())
    assert contest.choice("pty_1") == Choice("live", "champion")


def test_a_challenger_that_is_not_there_leaves_its_parties_to_the_champion() -> None:
    split = Split().divided({"bold": 5_000, "gone": 5_000})
    contest = Contest(LAYER, "live", {"bold": "new"}, split)
    arms = {contest.choice(f"pty_{number}").arm for number in range(100)}
    assert arms == {"challenger:bold", "champion"}


def test_a_party_that_is_not_known_is_the_champions_and_on_no_arm() -> None:
    contest = Contest(LAYER, "live", {"bold": "new"}, Split().divided({"bold": 10_000}))
    assert contest.choice(None) == Choice("live")


def test_tests_in_two_layers_fall_on_parties_independently_of_each_other() -> None:
    """A half of each: both, either and neither a quarter. Three standard deviations of 10,000 at 0.25 are 130."""
    half = Split().divided({"bold": 5_000})
    policy, model = (Contest(layer, "live", {"bold": "new"}, half) for layer in (LAYER, f"scorecard/{LAYER}"))
    both = sum(
        policy.choice(party).chosen == model.choice(party).chosen == "new"
        for party in (f"pty_{number:06}" for number in range(10_000))
    )
    assert abs(both - 2_500) < 130
