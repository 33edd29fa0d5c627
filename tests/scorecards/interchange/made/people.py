"""The made-up people that other tools and the project score; the same everywhere, from nothing but a seed."""

import random
from typing import Any

Applicant = dict[str, Any]

NUMBERS = ["amount", "duration", "ratio", "arrears"]
CATEGORIES = ["housing", "phone"]
COLUMNS = NUMBERS + CATEGORIES
HOUSES = ["own", "rent", "for free", "it's shared"]


def row(dice: random.Random) -> Applicant:
    """One made-up applicant; amounts in major units, -9 for a history without arrears."""
    return {
        "amount": round(dice.lognormvariate(7.5, 0.8), 2),
        "duration": dice.choice([6, 9, 12, 18, 24, 30, 36, 48, 60]),
        "ratio": None if dice.random() < 0.05 else round(dice.betavariate(2, 4), 2),
        "arrears": -9 if dice.random() < 0.4 else dice.randint(0, 60),
        "housing": dice.choices(HOUSES, [5, 3, 1, 1])[0],
        "phone": dice.choice(["yes", "no"]),
    }


def applicants() -> list[Applicant]:
    """The rows that are scored: among them absent values, and a category that no scorecard has seen."""
    dice = random.Random(11)
    rows = [row(dice) for _ in range(300)]
    for index, each in enumerate(rows):
        if index % 10 == 3:
            each["housing"] = "castle"
        if index % 12 == 5:
            each["ratio"] = None
        if index % 15 == 7:
            each["housing"] = None
        if index % 16 == 9:
            each["duration"] = None
    return rows


def probes() -> list[Applicant]:
    """Rows with values on both sides of every edge of `made-up.pmml`, and with absent ones."""
    dice = random.Random(5)
    values = {
        "amount": [1000.0],
        "duration": [None, 6, 12, 13, 23, 24, 36, 37],
        "ratio": [None, 0.1, 0.11, 0.19, 0.2, 0.25, 0.26, 0.4, 0.41],
        "arrears": [-9, -8, 11, 12, 29, 30, 31, 59, 60, 61] * 3 + [None],
        "housing": [None, *HOUSES, "castle"],
        "phone": ["yes", "no"] * 5 + [None],
    }
    return [{name: dice.choice(choices) for name, choices in values.items()} for _ in range(400)]
