"""Writes what other tools make of PMML: scorecards that two of them wrote, and what JPMML answers to four files.

Run beside `make_tables.py`, where Java 11, sklearn2pmml 0.133.1, optbinning 1.0.0, scorecard 0.3 (the generator of PMML
scorecards by N. Coghlan, Apache licence) and jpmml_evaluator 0.16.0 are installed:

    python make_pmml.py

`exported.pmml` is what the project writes of the artefact that it imports from `optbinning.csv`; its fields are facts.
"""

import json
from pathlib import Path

import make_tables
from people import CATEGORIES, COLUMNS, applicants, probes

HERE = Path(__file__).parent


def write_scorecard() -> None:
    """A scorecard of optbinning, which sklearn2pmml writes as a PMML Scorecard."""
    from optbinning import BinningProcess, Scorecard
    from sklearn.linear_model import LogisticRegression
    from sklearn2pmml import sklearn2pmml
    from sklearn2pmml.pipeline import PMMLPipeline

    sample = make_tables.development()
    categories = dict.fromkeys(CATEGORIES, object)
    process = BinningProcess(COLUMNS, categorical_variables=CATEGORIES, max_n_bins=6)
    card = Scorecard(
        process,
        LogisticRegression(C=1e6, max_iter=1000),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": 20, "odds": 30, "scorecard_points": 600},
        rounding=True,
    )
    pipeline = PMMLPipeline([("scorecard", card)])
    pipeline.fit(sample[COLUMNS].astype(categories), sample["bad"].values)
    pipeline.active_fields, pipeline.target_fields = COLUMNS, ["bad"]
    sklearn2pmml(pipeline, str(HERE / "sklearn2pmml.pmml"))


RISK = {
    "duration": [("TERM_LONG", 0, ["< 12"]), ("TERM_LONG", 3, [">= 12", "<= 36"]), ("TERM_VERY_LONG", 8, ["> 36"])],
    "ratio": [("RATIO_UNKNOWN", 4, None), ("RATIO_HIGH", 1, ["<= 0.2"]), ("RATIO_HIGH", 6, ["> 0.2"])],
    "arrears": [("ARREARS", 0, ["== -9"]), ("ARREARS", 9, ["< 6"]), ("ARREARS", 5, [">= 6", "< 24"]),
                ("ARREARS", 2, [">= 24"])],
    "phone": [("NO_PHONE", 0, ["== yes"]), ("NO_PHONE", 2, ["== no"])],
}  # fmt: skip
"""Points of risk, of which more are worse: reason code, points and conditions of each attribute."""


def write_risk() -> None:
    """A scorecard with reasons by `pointsAbove` and codes on its attributes, in the words of PMML 4.2."""
    from scorecard import pmml_scorecard

    texts = {"dataType": "string", "optype": "categorical", "values": ["yes", "no"]}
    numbers = {"dataType": "double", "optype": "continuous"}
    spec = {
        "model_name": "risk",
        "data_fields": [{"name": name, **(texts if name == "phone" else numbers)} for name in RISK],
        "characteristics": [
            {
                "name": name,
                "attributes": [
                    {"reasonCode": code, "partialScore": points, "predicate": _condition(conditions)}
                    for code, points, conditions in attributes
                ],
            }
            for name, attributes in RISK.items()
        ],
    }
    (HERE / "risk.pmml").write_bytes(pmml_scorecard(spec))


def _condition(conditions: list[str] | None) -> str | list[str] | None:
    """A condition as the tool wants it: alone as a text, several as a list."""
    return conditions[0] if conditions is not None and len(conditions) == 1 else conditions


def answers(name: str, rows: list[dict]) -> None:
    """Write what JPMML answers to each row: its output fields, or null where it gives no result."""
    from jpmml_evaluator import JavaError, make_evaluator

    evaluator = make_evaluator(str(HERE / name))
    lines = []
    for row in rows:
        try:
            answer = evaluator.evaluate(row)
        except JavaError:
            answer = None
        lines.append(json.dumps(answer) + "\n")
    (HERE / name).with_suffix(".jpmml.jsonl").write_text("".join(lines))


def as_facts(row: dict) -> dict:
    """The same row as facts of `product.yaml`: money in minor units."""
    return {
        "requested_amount": round(row["amount"] * 100),
        "duration_months": row["duration"],
        "payment_ratio": row["ratio"],
        "months_since_arrears": row["arrears"],
        "housing": row["housing"],
        "has_phone": row["phone"] == "yes",
    }


if __name__ == "__main__":
    write_scorecard()
    write_risk()
    answers("sklearn2pmml.pmml", applicants())
    answers("risk.pmml", applicants())
    answers("made-up.pmml", probes())
    answers("exported.pmml", [as_facts(row) for row in applicants()])
