"""A scorecard that is exported as PMML and imported again gives the same scores for the same reasons."""

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.scorecards.interchange.binding import NUMERIC
from services.scorecards.interchange.document import Rounding
from services.scorecards.interchange.pmml import pmml_of
from services.scorecards.interchange.reading import import_scorecard
from services.scoring.domain.artefact import golden_answer
from services.scoring.domain.score import Score, Unscorable
from services.scoring.domain.scorecard import Scorecard, content_hash, load_scorecard
from services.scoring.domain.scorecard.artefact import assemble_scorecard
from shared.facts import Fact, FactType, FactValue
from shared.products import Product, parse_product
from shared.yaml import load_yaml
from tests.scorecards.interchange.made_up import MAPPING, PRODUCT, imported

CATALOGUE = Path(__file__).parents[3] / "deploy/catalogue"
CONSUMER_LOAN = parse_product(load_yaml((CATALOGUE / "products/consumer-loan.yaml").read_text()))
COMMITTED = json.loads((CATALOGUE / "scorecards/consumer-loan.json").read_bytes())


def there_and_back(document: dict[str, Any], product: Product) -> Scorecard:
    """The scorecard that the exported PMML of an artefact is imported as, with the artefact's own words."""
    said = {
        **{key: document[key] for key in ("name", "version", "title")},
        "format": "assay.scorecard-import/1",
        "target": MAPPING["target"],
        "scaling": document["scaling"],
        "reasons": {"limit": document["reasons"]["limit"]},
    }
    back = import_scorecard(pmml_of(document, product), "pmml", json.dumps(said).encode(), product, Rounding())
    return load_scorecard(back, product)


def values(fact: Fact) -> st.SearchStrategy[FactValue]:
    """Values that the fact can have."""
    if fact.type is FactType.BOOLEAN:
        return st.booleans()
    if fact.type is FactType.ENUM:
        return st.sampled_from(fact.values)
    low = -1000 if fact.minimum is None else fact.minimum
    high = 10**6 if fact.maximum is None else fact.maximum
    whole = st.integers(low, high)
    return whole if fact.type is not FactType.DECIMAL else whole.map(lambda value: Decimal(value).scaleb(-fact.scale))


def applications(product: Product, scored: Scorecard) -> st.SearchStrategy[dict[str, FactValue]]:
    """Applications in which any fact may be missing."""
    facts = product.dictionary.facts
    return st.fixed_dictionaries({}, optional={name: values(facts[name]) for name in scored.reads})


def answer(scorecard: Scorecard, facts: dict[str, FactValue]) -> object:
    try:
        score: Score = scorecard.score(facts)
    except Unscorable as error:
        return error.failure, error.characteristic
    return score.score, score.pd, score.reasons, [scored.points for scored in score.points]


ORIGINAL = load_scorecard(COMMITTED, CONSUMER_LOAN)
BACK = there_and_back(COMMITTED, CONSUMER_LOAN)


def test_the_committed_scorecard_answers_its_golden_vectors_after_the_journey() -> None:
    facts_of = CONSUMER_LOAN.dictionary.facts
    for vector in COMMITTED["golden_vectors"]:
        facts = {name: facts_of[name].parse(wire) for name, wire in vector["facts"].items()}
        given_back = golden_answer(BACK.score(facts))
        assert given_back == {key: vector[key] for key in given_back}


@settings(max_examples=200)
@given(applications(CONSUMER_LOAN, ORIGINAL))
def test_the_committed_scorecard_answers_any_application_as_before(facts: dict[str, FactValue]) -> None:
    assert answer(BACK, facts) == answer(ORIGINAL, facts)


@st.composite
def bins_of(draw: st.DrawFn, fact: Fact) -> list[dict[str, Any]]:
    """Bins that an artefact may have for a fact: special values, intervals or groups, missing and unseen, refusals."""
    points = st.integers(-25, 25)
    items: list[dict[str, Any]] = []
    if fact.type in NUMERIC:
        low = -50 if fact.minimum is None else fact.minimum
        pool = draw(st.lists(st.integers(low + 1, low + 110), max_size=6, unique=True).map(sorted))
        ends = [None, *pool, None]
        for start, end in pairwise(ends):
            edges = {"from": start, "below": end}
            held = {key: written(fact, edge) for key, edge in edges.items() if edge is not None}
            items.append({"role": "regular", **held})
        special = draw(st.lists(st.integers(low, low + 110), max_size=3, unique=True))
        if special:
            items.append({"role": "special", "values": [written(fact, value) for value in special]})
    else:
        listed = list(fact.values) or [True, False]
        kept = draw(st.lists(st.sampled_from(listed), min_size=1, unique=True))
        cut = draw(st.integers(1, len(kept)))
        items.append({"role": "regular", "values": kept[:cut]})
        if kept[cut:]:
            items.append({"role": "special", "values": kept[cut:]})
    for role in ("missing", "unseen"):
        items.append({"role": role, **({"treat": "refuse"} if draw(st.booleans()) else {})})
    for number, item in enumerate(items):
        item |= {"label": f"bin {number}", "points": draw(points), "count": 0, "bads": 0}
        if draw(st.integers(0, 3)) == 0:
            item["reason_code"] = f"OWN_{number}"
    return items


@st.composite
def outside_of(draw: st.DrawFn, fact: Fact, bins: list[dict[str, Any]]) -> dict[str, Any]:
    """What becomes of numbers beyond the trained range, unless that is a refusal, which PMML has no words for."""
    treatments = [
        "score",
        *(item["role"] for item in bins if item["role"] in ("missing", "unseen") and "treat" not in item),
    ]
    if fact.type not in NUMERIC or draw(st.booleans()):
        return {}
    edges = [Decimal(item["from"]) for item in bins if "from" in item]
    unit = Decimal(1).scaleb(-fact.scale)
    low = (edges[0] if edges else 60 * unit) - unit * draw(st.integers(1, 3))
    high = (edges[-1] if edges else 60 * unit) + unit * draw(st.integers(0, 3))
    ends = {"minimum": low, "maximum": high}
    if fact.minimum is not None and low < fact.minimum:
        return {}
    wire = {key: str(end) if fact.type is FactType.DECIMAL else int(end) for key, end in ends.items()}
    return {"outside": {**wire, "treat": draw(st.sampled_from(treatments))}}


def written(fact: Fact, number: int) -> int | str:
    return number if fact.type is not FactType.DECIMAL else str(Decimal(number).scaleb(-fact.scale))


@st.composite
def artefacts(draw: st.DrawFn) -> dict[str, Any]:
    """Artefacts for the made-up product, on some of its facts."""
    names = draw(st.lists(st.sampled_from(list(MAPPED_FACTS)), min_size=1, max_size=4, unique=True))
    entries = []
    for name in names:
        bins = draw(bins_of(MAPPED_FACTS[name]))
        reference = draw(st.integers(-30_000, 30_000))
        entry = {"fact": name, "reason_code": name.upper(), "reference_millipoints": reference, "bins": bins}
        entries.append(entry | draw(outside_of(MAPPED_FACTS[name], bins)))
    document = {
        **TEMPLATE,
        "characteristics": entries,
        "psi_baseline": {
            "sample": "unknown",
            "rows": 0,
            "characteristics": {entry["fact"]: [0] * len(entry["bins"]) for entry in entries},
            "score_bands": [{"count": 0, "bads": 0, "bad_rate": "0.0000"}],
        },
    }
    facts = {entry["fact"]: some_value(entry) for entry in entries}
    answers = golden_answer(assemble_scorecard(document, PRODUCT).score(facts))
    document["golden_vectors"] = [{"facts": PRODUCT.dictionary.to_wire(facts), **answers}]
    document["content_hash"] = content_hash(document)
    return document


def some_value(entry: dict[str, Any]) -> FactValue:
    """A value that the first bin holds, or a special one, so that it is scored."""
    fact = MAPPED_FACTS[entry["fact"]]
    if fact.type not in NUMERIC:
        return fact.parse(entry["bins"][0]["values"][0])
    low = -50 if fact.minimum is None else fact.minimum
    return low if fact.type is not FactType.DECIMAL else Decimal(low).scaleb(-fact.scale)


MAPPED_FACTS = {name: fact for name, fact in PRODUCT.dictionary.facts.items() if not fact.protected}
TEMPLATE = imported("scorecardpy.csv", "scorecardpy")


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(artefacts(), st.data())
def test_any_artefact_answers_any_application_as_before(document: dict[str, Any], data: st.DataObject) -> None:
    original = load_scorecard(document, PRODUCT)
    back = there_and_back(document, PRODUCT)
    for _ in range(8):
        facts = data.draw(applications(PRODUCT, original))
        assert answer(back, facts) == answer(original, facts)
