"""Writes the files in this folder: scorecards that other tools fit and save, and the scores that they give.

Run where the tool is installed, one tool at a time; nothing here needs the project, and the rows are made up:

    python make_tables.py optbinning     # optbinning 1.0.0
    python make_tables.py scorecardpy    # scorecardpy 0.1.9.7 with pandas 1.5, numpy 1.26
    python make_tables.py toad           # toad 0.1.7 with pandas 1.5, numpy 1.26
"""

import random
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from people import CATEGORIES, COLUMNS, applicants, row
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent


def is_bad(each: dict, dice: random.Random) -> int:
    """Bad more often with long terms, high ratios, recent arrears and no home of one's own."""
    odds = -2.2 + 0.03 * each["duration"] + 1.5 * (each["ratio"] or 0.5)
    odds += {"own": -0.6, "rent": 0.3, "for free": 0.5, "it's shared": 0.1}[each["housing"]]
    odds += 0 if each["arrears"] == -9 else 0.8 - each["arrears"] / 60
    odds += 0.0001 * each["amount"] - (0.3 if each["phone"] == "yes" else 0)
    return int(dice.random() < 1 / (1 + np.exp(-odds)))


def development() -> pd.DataFrame:
    """The rows that the scorecards are fitted on, with their outcome `bad`."""
    dice = random.Random(7)
    rows = [row(dice) for _ in range(3000)]
    return pd.DataFrame([each | {"bad": is_bad(each, dice)} for each in rows])


def save_scores(tool: str, scores) -> None:
    """Write the tool's own scores, one a row, with all their digits."""
    (HERE / f"{tool}.scores.txt").write_text("".join(f"{score!r}\n" for score in map(float, scores)))


def optbinning() -> None:
    """Points whole (`rounding`) and with all digits; a special code for no arrears; the table as CSV and as JSON.

    Edges have eight digits, the most there are, and in one file two, as by default.
    """
    from optbinning import BinningProcess, Scorecard

    sample, scored = development(), pd.DataFrame(applicants())
    for name, rounding, digits in (
        ("optbinning", True, 8),
        ("optbinning-two-digits", True, 2),
        ("optbinning-exact", False, 8),
    ):
        process = BinningProcess(
            COLUMNS, categorical_variables=CATEGORIES, special_codes={"none in arrears": -9}, max_n_bins=6
        )
        card = Scorecard(
            process,
            LogisticRegression(C=1e6, max_iter=1000),
            scaling_method="pdo_odds",
            scaling_method_params={"pdo": 20, "odds": 30, "scorecard_points": 600},
            rounding=rounding,
        )
        card.fit(
            sample[COLUMNS],
            sample["bad"].values,
            metric_special="empirical",
            metric_missing="empirical",
            show_digits=digits,
        )
        table = card.table(style="detailed")
        table.to_csv(HERE / f"{name}.csv", index=False)
        if name == "optbinning":
            table.astype({"Bin": str}).to_json(HERE / f"{name}.json", orient="records")
        if digits == 8:
            save_scores(name, card.score(scored[COLUMNS]))


def scorecardpy() -> None:
    """Whole points with a row of base points; numbers get special values, categories are joined by `%,%`."""
    import scorecardpy as sc

    sample = development()
    bins = sc.woebin(sample, y="bad", special_values={"arrears": [-9]})
    weights = sc.woebin_ply(sample, bins)
    names = [f"{column}_woe" for column in COLUMNS]
    model = LogisticRegression(C=1e6, max_iter=1000).fit(weights[names], weights["bad"])
    card = sc.scorecard(bins, model, names, points0=600, odds0=1 / 30, pdo=20)
    table = pd.concat(card, ignore_index=True)
    table.to_csv(HERE / "scorecardpy.csv", index=False)
    # R's package of the same name keeps the counts in its card; with those of `woebin` this one has them too.
    counts = pd.concat(bins, ignore_index=True)[["variable", "bin", "count", "good", "bad"]]
    table.merge(counts, on=["variable", "bin"], how="left").to_csv(HERE / "scorecardpy-counts.csv", index=False)
    scored = pd.DataFrame(applicants())
    save_scores("scorecardpy", sc.scorecard_ply(scored, card)["score"])


def toad() -> None:
    """Points with two digits, as `export` rounds them; the scores are those of the card loaded again from its file."""
    import toad as tool

    sample = development()
    features = sample[[*COLUMNS, "bad"]]
    combiner = tool.transform.Combiner()
    combiner.fit(features, y="bad", method="chi", min_samples=0.05, empty_separate=True)
    weights = tool.transform.WOETransformer()
    fitted = weights.fit_transform(combiner.transform(features), features["bad"], exclude=["bad"])
    card = tool.ScoreCard(combiner=combiner, transer=weights, pdo=20, base_odds=30, base_score=600, C=1e6)
    card.fit(fitted[COLUMNS], fitted["bad"])
    card.export(to_json=str(HERE / "toad.json"))
    card.export(to_frame=True).to_csv(HERE / "toad.csv", index=False)
    loaded = tool.ScoreCard().load(from_json=str(HERE / "toad.json"))
    save_scores("toad", loaded.predict(pd.DataFrame(applicants())[COLUMNS]))


if __name__ == "__main__":
    {"optbinning": optbinning, "scorecardpy": scorecardpy, "toad": toad}[sys.argv[1]]()
