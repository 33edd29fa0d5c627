"""A damaged file is read or refused in words; nothing else comes out of it, wherever the damage is."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorecards.interchange.document import Rounding
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.reading import import_scorecard
from tests.scorecards.interchange.made_up import MADE, PRODUCT, loaded, mapping

FILES = [
    ("optbinning.csv", "optbinning"),
    ("optbinning.json", "optbinning"),
    ("scorecardpy-counts.csv", "scorecardpy"),
    ("toad.json", "toad"),
    ("sklearn2pmml.pmml", "pmml"),
    ("exported.pmml", "pmml"),
]
PLAIN = mapping(characteristics=None)  # The fields of an exported file are facts.
FRAGMENTS = [
    *(b'"', b",", b"-", b"\n", b"[", b")", b"'", b"<", b"/>", b"{}", b"", b"\x00", b"\xff", b"%,%", b" ~ "),
    *(b"inf", b"nan", b"null", b"NaN", b"1e99", b"1e-99", b"9" * 31, b"0", b".5", b"missing", b"else", b"True"),
]
DAMAGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(FRAGMENTS)), min_size=1, max_size=3)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(FILES), DAMAGES)
def test_any_damage(file: tuple[str, str], damages: list[tuple[float, int, bytes]]) -> None:
    name, tool = file
    content = bytearray((MADE / name).read_bytes())
    for share, length, fragment in damages:
        at = int(share * len(content))
        content[at : at + length] = fragment
    said = PLAIN if name == "exported.pmml" else mapping()
    try:
        document = import_scorecard(bytes(content), tool, said, PRODUCT, Rounding(10))
    except InterchangeError as error:
        assert error.message
    else:
        assert json.dumps(document)
        loaded(document)
