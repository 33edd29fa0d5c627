"""The data map of a file that needs none: its columns are named like what they hold."""

from typing import Final, Literal

from services.backtests.inputs.columns import close_to
from services.backtests.inputs.data_map import (
    Codes,
    ColumnReading,
    DataMap,
    FactReading,
    Grouping,
    MomentReading,
    Performance,
)
from services.backtests.inputs.faults import InputError, InputFault
from services.backtests.inputs.raw import Raw
from shared.facts import Fact, FactType
from shared.products import Product

KNOWN: Final = ("reference", "party_id", "as_of", "decided", "bad", "score_reasons")


def plain_map(product: Product, raw: Raw, money: Literal["major", "minor"]) -> DataMap:
    """Return the map of columns that are named like facts; raises `InputError` for a column that says nothing."""
    facts = product.dictionary.facts
    groups = {kind: [each for each in raw.columns if each.startswith(f"{kind}:")] for kind in ("segment", "protected")}
    known = {*facts, *KNOWN, *groups["segment"], *groups["protected"]}
    faults = [
        InputFault(raw.source.name, f"is not a fact of {product.name}{close_to(each, known)}", column=each[:64])
        for each in raw.columns
        if each not in known
    ]
    if "as_of" not in raw.columns:
        faults.append(InputFault(raw.source.name, "there is no such column, the day of the decision", column="as_of"))
    if faults:
        hint = "a data map says which columns are facts and which are not needed"
        raise InputError([*faults[:20], InputFault(raw.source.name, hint)])
    there = set(raw.columns)
    return DataMap(
        product=product.name,
        reference=ColumnReading(column="reference") if "reference" in there else None,
        party_id=ColumnReading(column="party_id") if "party_id" in there else None,
        as_of=MomentReading(column="as_of"),
        facts={label: FactReading(column=label, money=money) for label in facts if label in there},
        performance=Performance(column="bad", bad=("true", "True", "TRUE"), good=("false", "False", "FALSE"))
        if "bad" in there
        else None,
        decided=ColumnReading(column="decided") if "decided" in there else None,
        score_reasons=Codes(column="score_reasons") if "score_reasons" in there else None,
        segments={each.partition(":")[2]: Grouping(column=each) for each in groups["segment"]},
        protected={
            **{label: Grouping(fact=label) for label, fact in facts.items() if label in there and _is_group(fact)},
            **{each.partition(":")[2]: Grouping(column=each) for each in groups["protected"]},
        },
    )


def _is_group(fact: Fact) -> bool:
    """Tell whether a fact is kept for fairness reports and has few values: of a number, bands have to be stated."""
    return fact.protected and fact.type in (FactType.ENUM, FactType.BOOLEAN)
