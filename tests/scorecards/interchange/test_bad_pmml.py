"""PMML that is hostile, or says more than an artefact can hold, is refused with its line."""

import pytest

from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.reading import import_scorecard
from tests.scorecards.interchange.made_up import MADE, PRODUCT, mapping
from tests.scorecards.interchange.test_pmml_of_other_tools import STATED

FILE = (MADE / "made-up.pmml").read_text()
TERM = '<SimplePredicate field="duration" operator="lessOrEqual" value="12"/>'


def refused(text: str | bytes) -> str:
    content = text.encode() if isinstance(text, str) else text
    with pytest.raises(InterchangeError) as caught:
        import_scorecard(content, "pmml", mapping(characteristics=STATED), PRODUCT)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<PMML", '<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]><PMML', "a document type"),
        ("http://www.dmg.org/PMML-4_4", "http://example.org/", "line 3: <PMML> is not the PMML element"),
        ("<Header", "<Header><Header", "not well-formed XML"),
        ("<PMML ", "<PMML>" * 200 + "<PMML ", "elements nested more than 100 deep"),
        ('functionName="regression"', 'functionName="classification"', "must have the functionName regression"),
        ("<DataDictionary>", "<TransformationDictionary><DerivedField/></TransformationDictionary><DataDictionary>",
         "line 5: <TransformationDictionary> holds derived fields, which are not read"),
        ("<Output>", "<LocalTransformations><DerivedField/></LocalTransformations><Output>",
         "line 28: <LocalTransformations> holds derived fields, which are not read"),
        ("<Output>", '<Targets><Target field="total" rescaleFactor="2"/></Targets><Output>',
         "line 28: <Target> changes the score after it is summed"),
        ("<Characteristics>", "<Characteristics/><Segmentation/><Characteristics>", "<Segmentation> is not read"),
        ('initialScore="105"', 'initialScore="NaN"', "has the initialScore 'NaN', which is not a number"),
        ('reasonCodeAlgorithm="pointsBelow"', 'reasonCodeAlgorithm="most"', "reasonCodeAlgorithm 'most'"),
        ('useReasonCodes="true"', 'useReasonCodes="maybe"', "must say true or false in useReasonCodes"),
        ('<MiningField name="duration"/>', '<MiningField name="duration" outliers="asExtremeValues"/>',
         "line 21: <MiningField> treats outliers 'asExtremeValues'"),
        ('invalidValueTreatment="asMissing"', 'invalidValueTreatment="asValue"', "invalidValueTreatment 'asValue'"),
        (TERM, "<ComplexPartialScore/>" + TERM, "line 43: <ComplexPartialScore> computes points from values"),
        (TERM, TERM + TERM, "line 42: <Attribute> has 2 predicates"),
        (TERM, TERM.replace("duration", "ratio"), "'term' tests duration, ratio; a characteristic is read that tests"),
        (TERM, TERM.replace("duration", "income"), "tests 'income', which is no field of the data dictionary"),
        (TERM, TERM.replace("lessOrEqual", "like"), "has the operator 'like', which is not known"),
        (TERM, TERM.replace("12", "a year"), "holds 'duration' against 'a year', which is not a number"),
        (TERM, TERM.replace(' value="12"', ""), "line 43: <SimplePredicate> lacks the attribute value"),
        (TERM, "<Tree/>", "line 43: <Tree> is not a predicate that is read here"),
        ('partialScore="25"', "", "line 42: <Attribute> lacks the attribute partialScore"),
        ('partialScore="25"', 'partialScore="1e400"', "has the partialScore '1e400', which is not a number"),
        ('partialScore="9">\n          <True/>', 'partialScore="9">\n          <False/>',
         "line 35: no attribute of 'term' holds for 24 to below 25"),
        ('booleanOperator="xor"', 'booleanOperator="nor"', "<CompoundPredicate> needs and, or, xor or surrogate"),
        ('<Array n="2" type="int">', '<Array n="3" type="int">', "<Array> holds 2 values, and says 3"),
        ("-9 60</Array>", '-9 "60</Array>', "<Array> is not a list of values"),
        ('value="own"/>\n        </Attribute>', 'value="villa"/>\n        </Attribute>',
         "'villa' is not a value of housing; map it"),
        ('operator="equal" value="own"', 'operator="lessThan" value="own"', "compares 'housing' by lessThan"),
        ('reasonCode="TERM_LONG"', "", "mapping /characteristics/duration/reason_code: is needed: line 35"),
        ('reasonCode="RC_RATIO"', 'reasonCode="7-too high"', "must be upper snake case"),
        ('<DataField name="duration" optype="continuous" dataType="integer"/>',
         '<DataField name="duration" optype="categorical" dataType="string"/>', "compares 'duration' by greaterThan"),
        ('dataType="integer"/>', 'dataType="integer"><Interval closure="closedClosed" leftMargin="1"/></DataField>',
         "line 35: the data dictionary restricts 'duration'; that is read with invalidValueTreatment asIs"),
        ('<Value value="rent"/>', '<Value value="rent" property="missing"/>', "makes a value of 'housing' missing"),
        ('field="phone"', 'field="housing"', "housing has a characteristic already, at line 88"),
    ],
)  # fmt: skip
def test_a_file_that_is_changed_in_one_place(old: str, new: str, message: str) -> None:
    assert old in FILE
    many = -1 if old == 'field="phone"' else 1
    assert message in refused(FILE.replace(old, new, many))


def test_a_file_that_would_take_long_is_refused() -> None:
    predicates = "".join(TERM.replace("12", str(value)) for value in range(3000))
    compound = f'<CompoundPredicate booleanOperator="or">{predicates}</CompoundPredicate>'
    assert "'term' has too many attributes and values" in refused(FILE.replace(TERM, compound))


def test_a_file_without_the_parts_of_a_scorecard() -> None:
    assert "line 3: <PMML> has 0 Scorecard models" in refused(FILE.replace("Scorecard", "RuleSetModel"))
    assert "<Scorecard> has no Characteristic" in refused(
        FILE.replace("<Characteristic ", "<Other ").replace("</Characteristic>", "</Other>")
    )
    assert "has no DataDictionary" in refused(FILE.replace("DataDictionary", "Dictionary"))
    assert "has no MiningSchema" in refused(FILE.replace("MiningSchema", "Output"))
    assert "no element found" in refused(b"")
