"""Files from strangers: refused with a place, or read in bounded time, and nothing in them is ever executed."""

import re

import pytest

from services.policies.interchange import InterchangeError, read_dmn, write_dmn
from tests.decision.domain.catalogue.books import book
from tests.shared.dmn.writing import decision, definitions, literal

REFUSED = {
    "an entity bomb": b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>',
    "an external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "a bomb of depth": b"<a>" * 100_000,
    "a crowd of elements": b"<a>" + b"<b/>" * 300_000 + b"</a>",
    "six million bytes": b"<a>" + b" " * 6_000_000 + b"</a>",
    "another document": b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "an older version": definitions("", "http://www.omg.org/spec/DMN/20151101/dmn.xsd"),
    "nothing": b"",
    "no text at all": bytes(range(256)),
    "a rule without its cells": definitions(
        decision("grade", "<decisionTable><input><inputExpression/></input><output/><rule/></decisionTable>")
    ),
    "more rules than a policy has": definitions(
        decision("grade", f"<decisionTable><output/>{'<rule><outputEntry/></rule>' * 5_001}</decisionTable>")
    ),
    "more decisions than anybody reads": definitions("".join(decision(f"d{at}", literal("1")) for at in range(1_001))),
    "more FEEL than anybody reads": definitions(
        "".join(decision(f"d{at}", literal(f"1 + {'x' * 1_000}")) for at in range(501))
    ),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_hostile_or_foreign_files_are_refused(data: bytes) -> None:
    with pytest.raises(InterchangeError) as refused:
        read_dmn(data)
    assert refused.value.faults[0].detail


def test_a_refusal_names_the_line() -> None:
    text = definitions("\n<decision id='a' name='A'>\n<decisionTable>\n<input/>\n</decisionTable>\n</decision>")
    with pytest.raises(InterchangeError, match="line 4: an input without an `inputExpression`"):
        read_dmn(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "[" * 1_000 + "]" * 1_000,
        "a" + ".b" * 1_500,
        "if true then " * 900 + "1",
        "not(" * 400 + "true" + ")" * 400,
        '"' + "\\" * 1_999,
        "__import__('os').system('true')",
        "/* " * 600,
    ],
)
def test_texts_that_are_no_sensible_feel_are_kept_for_the_check_to_refuse(text: str) -> None:
    table = (
        "<decisionTable><input><inputExpression><text>Score</text></inputExpression></input><output/>"
        f"<rule><inputEntry><text>{text}</text></inputEntry><outputEntry><text>{text}</text></outputEntry></rule>"
        "</decisionTable>"
    )
    found = read_dmn(definitions(decision("Deep", literal(text)) + decision("grade", table)))
    assert "deep" in found.document["definitions"]
    assert found.document["grade"]["rows"][0]["when"].keys() == {"score"}


def test_many_wide_rules_are_read_in_bounded_time() -> None:
    inputs = "".join(f"<input><inputExpression><text>Fact {at}</text></inputExpression></input>" for at in range(40))
    cells = "".join(f"<inputEntry><text>&gt; Fact {at} + {at}</text></inputEntry>" for at in range(40))
    rule = f'<rule>{cells}<outputEntry><text>"A"</text></outputEntry></rule>'
    table = f"<decisionTable>{inputs}<output/>{rule * 800}</decisionTable>"
    found = read_dmn(definitions(decision("grade", table)))
    assert len(found.document["grade"]["rows"]) == 800


@pytest.mark.parametrize("case", ["[" * 100_000, '{"a": ' * 50, "not json", '"' + '\\"' * 100_000, "1" * 10_000])
def test_a_golden_case_that_is_no_case_is_left_out(case: str) -> None:
    text = write_dmn(book("consumer-loan").document, book("consumer-loan").product).decode()
    changed = re.sub(r"(<assay:case name=[^>]*>)[^<]*", lambda found: found[1] + case, text, count=1)
    found = read_dmn(changed.encode())
    assert len(found.document["cases"]) == len(book("consumer-loan").document["cases"]) - 1
    assert any("a golden case is no JSON" in note for note in found.notes)


def test_places_of_empty_things_lead_nowhere_else() -> None:
    text = write_dmn(book("consumer-loan").document, book("consumer-loan").product).decode()
    extra = "".join(
        f'<assay:empty at="{at}" is="{{}}"/>'
        for at in ("", "/", "/name/x", "/grade/rows/99/when", "/grade/rows/-1/when", "/grade", "nowhere", "/a/b/c")
    )
    found = read_dmn(text.replace("</extensionElements>", extra + "</extensionElements>", 1).encode())
    assert found.document["grade"] == book("consumer-loan").document["grade"]
    assert found.document["name"] == "consumer-loan-standard"


def test_only_so_many_notes_are_kept() -> None:
    strange = "".join(f"<knowledgeSource name='s{at}'/>" for at in range(5_000))
    assert len(read_dmn(definitions(strange)).notes) <= 201
