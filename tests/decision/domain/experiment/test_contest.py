"""Which rulebook decides for a party."""

from services.decision.domain.experiment.contest import Choice, Contest
from services.decision.domain.experiment.split import Split
from services.decision.domain.record import Rulebook
from services.migrate import PROJECT
from shared.products import parse_product
from shared.yaml import load_yaml

_PRODUCT = parse_product(load_yaml((PROJECT / "deploy/catalogue/products/consumer-loan.yaml").read_text()))
CHAMPION = Rulebook(_PRODUCT, None, (1, 1, 1, 1))
CHALLENGER = Rulebook(_PRODUCT, None, (1, 1, 1, 2))


def test_without_a_test_the_champion_decides_and_there_is_no_arm() -> None:
    assert Contest(CHAMPION).choice("pty_1") == Choice(CHAMPION)


def test_a_test_on_everybody_decides_everything() -> None:
    contest = Contest(CHAMPION, {"bold": CHALLENGER}, Split().divided({"bold": 10_000}))
    assert contest.choice("pty_1") == Choice(CHALLENGER, "challenger:bold")


def test_those_outside_every_test_are_on_the_arm_of_the_champion() -> None:
    contest = Contest(CHAMPION, {"bold": CHALLENGER}, Split())
    assert contest.choice("pty_1") == Choice(CHAMPION, "champion")


def test_a_challenger_that_is_not_there_leaves_its_parties_to_the_champion() -> None:
    split = Split().divided({"bold": 5_000, "gone": 5_000})
    contest = Contest(CHAMPION, {"bold": CHALLENGER}, split)
    arms = {contest.choice(f"pty_{number}").arm for number in range(100)}
    assert arms == {"challenger:bold", "champion"}
