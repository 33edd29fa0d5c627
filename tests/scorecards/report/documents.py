"""Artefacts with and without a validation pack, built from a small scorecard."""

from typing import Any

from services.scorecards.validation import Role, count_part, validation_pack
from services.scoring.domain.measures.resampling import Resampler
from services.scoring.domain.scorecard import load_scorecard
from shared.facts import FactValue
from tests.scoring.domain.small import SMALL_PRODUCT, signed, small_document


def validated_document(**stated: Any) -> dict[str, Any]:
    """Return the small artefact with a validation pack of made-up rows; `stated` goes into its provenance."""
    document = small_document()
    scorecard = load_scorecard(document, SMALL_PRODUCT)
    draw = Resampler(7)
    parts = []
    for name, role, count in (("train", Role.FITTED, 600), ("held_out", Role.HELD_OUT, 400)):
        rows: list[dict[str, FactValue]] = [
            {
                "requested_amount": 50_000 if draw.uniform() < 0.5 else 150_000,
                "purpose": "car" if draw.uniform() < 0.6 else "boat",
                "home_owner": draw.uniform() < 0.5,
            }
            for _ in range(count)
        ]
        bads = [draw.uniform() < float(scorecard.score(facts).pd) for facts in rows]
        groups = ["b" if draw.uniform() < 0.3 else "few" if draw.uniform() < 0.02 else "a" for _ in rows]
        parts.append(count_part(name, role, scorecard, rows, bads, {"sex": groups}))
    document["validation"] = validation_pack(parts, scorecard.scaling, seed=1)
    document["provenance"] = {**document["provenance"], "data": {"citation": "made up", "sha256": "0" * 64}, **stated}
    return signed(document)
