import copy
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.policies.interchange import InterchangeError, read_dmn, write_dmn
from services.policies.interchange.versions import VERSIONS
from shared.canonical import content_hash
from tests.decision.domain.catalogue.books import NAMES, book
from tests.policies.interchange.documents import DOCUMENTS, PRODUCT


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_each_policy_of_the_catalogue_comes_back_with_the_same_hash(name: str, version: str) -> None:
    document = book(name).document
    found = read_dmn(write_dmn(document, book(name).product, version))
    assert content_hash(found.document) == content_hash(document)
    assert found.notes == ()


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.sampled_from(sorted(VERSIONS)))
def test_whatever_has_the_form_of_a_policy_comes_back_as_it_was(document: dict[str, Any], version: str) -> None:
    written = write_dmn(document, PRODUCT, version)
    found = read_dmn(written)
    assert content_hash(found.document) == content_hash(document)
    assert found.notes == ()
    assert write_dmn(document, PRODUCT, version) == written


def test_an_unknown_version_of_dmn_is_refused() -> None:
    with pytest.raises(InterchangeError, match=r"no DMN 1.1; known: 1.2, 1.3, 1.4, 1.5"):
        write_dmn(book("sme-loan").document, book("sme-loan").product, "1.1")


def test_a_document_that_is_no_policy_is_refused_with_the_places_of_its_faults() -> None:
    document = copy.deepcopy(book("consumer-loan").document)
    document["knock_outs"]["rows"][2]["outcome"] = "declined"
    document["grade"]["rows"][0]["when"]["score"] = ">= ("
    with pytest.raises(InterchangeError) as refused:
        write_dmn(document, book("consumer-loan").product)
    assert {fault.place for fault in refused.value.faults} == {
        "/knock_outs/rows/2/outcome",
        "/grade/rows/0/when/score",
    }


def test_a_character_that_xml_cannot_hold_is_refused() -> None:
    document = {**book("consumer-loan").document, "title": "a bell\x07"}
    with pytest.raises(InterchangeError, match=r"U\+0007"):
        write_dmn(document, book("consumer-loan").product)


def edited(pattern: str, replacement: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the consumer policy after an edit of its model, and the notes on it."""
    text = write_dmn(book("consumer-loan").document, book("consumer-loan").product).decode()
    changed, number = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
    assert number == 1
    found = read_dmn(changed.encode())
    return found.document, found.notes


def test_a_cell_that_another_tool_changed_comes_back_changed() -> None:
    document, notes = edited(r"<text>\[560..590\)</text>", "<text>[555..590)</text>")
    assert document["grade"]["rows"][1]["when"] == {"score": "[555..590)"}
    assert notes == ()


def test_an_output_a_default_a_hit_policy_and_a_label_come_back_changed() -> None:
    assert edited("<text>0.0690</text>", "<text>0.0710</text>")[0]["matrix"]["rows"][0]["rate"] == "0.0710"
    assert edited('<text>"underwriting"</text>', '<text>"desk"</text>')[0]["routing"]["default"] == {"queue": "desk"}
    graded = edited('(id="table_stage_grade" hitPolicy=)"UNIQUE"', r'\1"FIRST"')[0]["grade"]
    assert graded["hit_policy"] == "FIRST"
    named = edited(r'(name="without_reserves" label=)"[^"]*"', r'\1"No reserves"')[0]["definitions"]
    label = book("consumer-loan").document["definitions"]["without_reserves"]["label"]
    assert named["without_reserves"]["label"] == {**label, "en": "No reserves"}


def test_rules_that_another_tool_added_or_removed_come_back() -> None:
    rule = (
        r'<rule id="DecisionRule_0xyz"><inputEntry><text>\&gt;= 640</text></inputEntry>'
        r'<outputEntry><text>"S"</text></outputEntry></rule>'
    )
    more, _ = edited(r'(<rule id="table_stage_grade_r1">)', rule.replace("\\&", "&") + r"\1")
    assert more["grade"]["rows"][0] == {"when": {"score": ">= 640"}, "grade": "S"}
    fewer, _ = edited(r'<rule id="table_stage_grade_r5">.*?</rule>', "")
    assert [row["grade"] for row in fewer["grade"]["rows"]] == ["A", "B", "C", "D"]


def test_an_expression_that_another_tool_changed_comes_back_without_what_rounds_it() -> None:
    document, _ = edited("requested_amount \\* share", "0.9 * requested_amount * share")
    assert document["terms"]["counter_offer"]["limit"] == "0.9 * requested_amount * share"
    assert document["terms"]["counter_offer"]["round_down_to"] == "100"
    assert edited("<text>100</text>", "<text>50</text>")[0]["terms"]["counter_offer"]["round_down_to"] == "50"


def test_changes_of_what_only_follows_from_the_policy_are_noted() -> None:
    document, notes = edited('limit &lt;= 0 then "refer"', 'limit &lt;= 0 then "decline"')
    assert content_hash(document) == content_hash(book("consumer-loan").document)
    assert len(notes) == 1
    assert "`outcome` follows from the stages; its changes are left out" in notes[0]
    _, notes = edited(r'"none", "co-applicant", "guarantor"', '"none"')
    assert "the type `t_other_debtors` is the product's to say" in notes[0]


def test_changes_that_terms_cannot_hold_are_noted() -> None:
    _, notes = edited(r"floor\(\(requested_amount \* share\) / round_down_to\) \* round_down_to", "requested_amount")
    assert "the limit is not rounded by its `round_down_to`, which is left out" in notes[0]


def test_a_decision_that_another_tool_added_becomes_a_definition() -> None:
    added = (
        '<decision id="Decision_0abc" name="Debt Burden"><variable name="Debt Burden" typeRef="boolean"/>'
        "<literalExpression><text>existing_credits > 2</text></literalExpression></decision>"
    )
    document, _ = edited("(<decision id=)", added + r"\1")
    assert document["definitions"]["debt_burden"] == {"type": "boolean", "value": "existing_credits > 2"}
    assert document["definitions"].keys() == {"debt_burden", *book("consumer-loan").document["definitions"]}
