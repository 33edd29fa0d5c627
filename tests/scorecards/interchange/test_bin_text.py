"""What each tool prints for a bin is read back as what the bin holds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scorecards.interchange.tables.bin_text import (
    BinTextError,
    Catch,
    Interval,
    Named,
    Part,
    optbinning_parts,
    read_interval,
    scorecardpy_parts,
    toad_parts,
)
from services.scorecards.interchange.tables.dialects import PartsReader

SHARED = "<StringArray>\n['it's shared']\nLength: 1, dtype: str"
NUMBERS = st.decimals(-(10**9), 10**9, places=4)
BOUNDED = st.lists(NUMBERS, min_size=2, max_size=2, unique=True).map(sorted).map(tuple)
EDGES = BOUNDED | st.tuples(st.none(), NUMBERS) | st.tuples(NUMBERS, st.none()) | st.just((None, None))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


def printed(number: Decimal | None, infinite: str) -> str:
    return infinite if number is None else f"{number:f}"


def half_open(start: Decimal | None, end: Decimal | None) -> Interval:
    return Interval(start, True, end, False)


@given(EDGES)
def test_intervals_of_optbinning(ends: tuple[Decimal | None, Decimal | None]) -> None:
    start, end = ends
    opening = "(" if start is None else "["
    (part,) = optbinning_parts(f"{opening}{printed(start, '-inf')}, {printed(end, 'inf')})", numeric=True)
    assert part == Interval(start, start is not None, end, False)


@given(EDGES)
def test_intervals_of_scorecardpy(ends: tuple[Decimal | None, Decimal | None]) -> None:
    (part,) = scorecardpy_parts(f"[{printed(ends[0], '-inf')},{printed(ends[1], 'inf')})", numeric=True)
    assert part == half_open(*ends)


@given(EDGES)
def test_intervals_of_toad(ends: tuple[Decimal | None, Decimal | None]) -> None:
    (part,) = toad_parts(f"[{printed(ends[0], '-inf')} ~ {printed(ends[1], 'inf')})", numeric=True)
    assert part == half_open(*ends)


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_categories_as_numpy_prints_them(texts: list[str]) -> None:
    expected: tuple[Part, ...] = tuple(map(Named, texts))
    spaced = "[" + " ".join(map(repr, texts)) + "]"
    listed = repr(texts)
    assert optbinning_parts(spaced, numeric=False) == expected
    assert optbinning_parts(listed, numeric=False) == expected


@given(st.lists(TEXTS.filter(lambda text: "'" not in text), min_size=1, max_size=6))
def test_categories_as_pandas_prints_them(texts: list[str]) -> None:
    quoted = ", ".join(f"'{text}'" for text in texts)
    cell = f"<StringArray>\n[{quoted}]\nLength: {len(texts)}, dtype: str"
    assert optbinning_parts(cell, numeric=False) == tuple(map(Named, texts))


@given(st.lists(TEXTS.filter(lambda text: "%" not in text and text != "missing"), min_size=1, max_size=6))
def test_categories_of_scorecardpy(texts: list[str]) -> None:
    assert scorecardpy_parts("%,%".join(texts), numeric=False) == tuple(map(Named, texts))


@given(st.lists(TEXTS.filter(lambda text: "," not in text and text not in ("nan", "else")), min_size=1, max_size=6))
def test_categories_of_toad(texts: list[str]) -> None:
    assert toad_parts(",".join(texts), numeric=False) == tuple(map(Named, texts))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (optbinning_parts("Missing", numeric=True), (Catch.MISSING,)),
        (optbinning_parts("[1 2 3]", numeric=False), (Named("1"), Named("2"), Named("3"))),
        (optbinning_parts("[np.str_('a'), np.str_(\"it's\")]", numeric=False), (Named("a"), Named("it's"))),
        (optbinning_parts(SHARED, numeric=False), (Named("it's shared"),)),
        (scorecardpy_parts("missing%,%[2.0,3.0)", numeric=True), (Catch.MISSING, half_open(Decimal(2), Decimal(3)))),
        (scorecardpy_parts("-9", numeric=True), (Named("-9"),)),
        (scorecardpy_parts("[1,2)", numeric=False), (Named("[1,2)"),)),
        (toad_parts("nan", numeric=True), (Catch.MISSING,)),
        (toad_parts("else", numeric=False), (Catch.ELSE,)),
        (toad_parts("own,nan", numeric=False), (Named("own"), Catch.MISSING)),
    ],
)
def test_what_is_not_an_interval(parts: tuple[Part, ...], expected: tuple[Part, ...]) -> None:
    assert parts == expected


@pytest.mark.parametrize(
    "text", ["[1, 2]", "(1, inf)", "(1, 2]", "[-1e3,+2.5)", "(-inf, 0)", "[ 1 ~ 2 )", "[-Inf,26)"],
)  # fmt: skip
def test_brackets_say_which_ends_belong(text: str) -> None:
    interval = read_interval(text)
    assert interval is not None
    assert (interval.start_included, interval.end_included) == (text[0] == "[", text[-1] == "]")


@pytest.mark.parametrize("text", ["", "[1, 2", "[2, 1)", "[inf, 2)", "[1, -inf)", "[a, b)", "[1, 2, 3)", "[nan, 1)"])
def test_what_is_no_interval_is_not_taken_for_one(text: str) -> None:
    assert read_interval(text) is None


@pytest.mark.parametrize(
    ("reader", "text", "numeric"),
    [
        (optbinning_parts, "Special", True),
        (optbinning_parts, "['a' 'b' ... 'z']", False),
        (optbinning_parts, "['a' nan]", False),
        (optbinning_parts, "['a' 'b", False),
        (optbinning_parts, "['a\\x4']", False),
        (optbinning_parts, "[__import__('os')]", False),
        (optbinning_parts, "<StringArray>\n['a', ...]\nLength: 40, dtype: str", False),
        (scorecardpy_parts, "26 to 35", True),
        (scorecardpy_parts, "a%,%", False),
        (toad_parts, "[1 - 2)", True),
        (toad_parts, "", False),
    ],
)
def test_what_is_no_bin_is_an_error(reader: PartsReader, text: str, numeric: bool) -> None:
    with pytest.raises(BinTextError):
        reader(text, numeric=numeric)


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_read_or_refused(text: str, numeric: bool) -> None:
    for reader in (optbinning_parts, scorecardpy_parts, toad_parts):
        try:
            reader(text, numeric=numeric)
        except BinTextError:
            continue
