"""The level that the published benchmark sets for boosting, on its own split."""

from decimal import Decimal
from pathlib import Path

from services.migrate import PROJECT
from services.scorecards.boosting.build import build_boosted


def test_the_integer_score_reaches_the_published_area_on_the_published_test_rows(taiwan: Path, tmp_path: Path) -> None:
    spec = PROJECT / "deploy" / "examples" / "taiwan" / "boosted.yaml"
    document = build_boosted(taiwan, spec, tmp_path / "model.json", lambda *_: None)
    held_out = document["metrics"]["held_out"]
    assert (held_out["rows"], held_out["bads"]) == (7500, 1627)
    assert Decimal(held_out["auc"]) >= Decimal("0.778")
