"""The policy as a JSON decision model of zen-engine, in the two ways that its users write knock-outs."""

import itertools
from typing import Any, Final, Literal

import zen

from tests.bench.policy.workload import (
    DTI_BANDS,
    EXISTING_CUSTOMER_REBATE,
    GRADES,
    KNOCK_OUTS,
    LONG_TERM_SURCHARGE,
    MATRIX,
    OUTCOMES,
    RATES,
    SHARES,
)

KEY: Final = "policy"
Form = Literal["columns", "expressions"]


def engine(form: Form) -> zen.ZenEngine:
    """Return an engine with a static loader, whose `evaluate(KEY, facts)` is its fastest call."""
    return zen.ZenEngine({"loader": {"type": "static", "content": {KEY: model(form)}}})


def model(form: Form) -> dict[str, Any]:
    """Return the graph: derived values, knock-outs, matrix, limit and price."""
    knock_outs = _knock_out_columns() if form == "columns" else _knock_out_expressions()
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        _expressions("derive", _derived()),
        knock_outs,
        _table("matrix", "first", ["grade", "dti"], ["mx_outcome", "share", "rate"], _matrix_rows()),
        _expressions("final", _final()),
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    ids = [node["id"] for node in nodes]
    edges = [
        {"id": f"e{at}", "sourceId": one, "targetId": other, "type": "edge"}
        for at, (one, other) in enumerate(itertools.pairwise(ids))
    ]
    return {"nodes": nodes, "edges": edges}


def _derived() -> dict[str, str]:
    chain = "".join(f"score >= {low} ? '{grade}' : " for grade, low, _ in GRADES if low is not None)
    return {"dti": "round(monthly_debt * 12 / annual_income, 4)", "grade": f"{chain}'{GRADES[-1][0]}'"}


def _final() -> dict[str, str]:
    price = f"rate + (term_months > 60 ? {LONG_TERM_SURCHARGE} : 0)"
    price += f" - (existing_customer ? {EXISTING_CUSTOMER_REBATE} : 0)"
    return {
        "limit": "mx_outcome == 'approve' ? floor(min([requested_amount, annual_income * share]) / 100) * 100 : 0",
        "price": f"mx_outcome == 'approve' ? {price} : 0",
        "outcome": "len(ko) > 0 ? 'decline' : mx_outcome != 'approve' ? mx_outcome : "
        "$.limit < requested_amount ? 'counter_offer' : 'approve'",
    }


def _expressions(name: str, expressions: dict[str, str]) -> dict[str, Any]:
    entries = [{"id": key, "key": key, "value": value} for key, value in expressions.items()]
    content = {"expressions": entries, "passThrough": True, "inputField": None, "outputPath": None}
    return {"id": name, "name": name, "type": "expressionNode", "content": content}


def _table(
    name: str, hit_policy: str, inputs: list[str], outputs: list[str], rules: list[dict[str, str]]
) -> dict[str, Any]:
    content: dict[str, Any] = {
        "hitPolicy": hit_policy,
        "inputs": [{"id": f"i_{field}", "name": field, "field": field, "type": "expression"} for field in inputs],
        "outputs": [{"id": f"o_{field}", "name": field, "field": field, "type": "expression"} for field in outputs],
        "rules": [{"_id": f"{name}{at}", **rule} for at, rule in enumerate(rules)],
        "passThrough": True,
        "inputField": None,
        "outputPath": "ko" if hit_policy == "collect" else None,
        "executionMode": "single",
    }
    return {"id": name, "name": name, "type": "decisionTableNode", "content": content}


def _knock_out_columns() -> dict[str, Any]:
    columns = list(dict.fromkeys(fact for _, conditions in KNOCK_OUTS for fact, _, _ in conditions))
    rules = []
    for reason, conditions in KNOCK_OUTS:
        cells = {f"i_{fact}": _cell(operator, value) for fact, operator, value in conditions}
        rules.append({f"i_{column}": "" for column in columns} | cells | {"o_reason": f"'{reason}'"})
    return _table("ko", "collect", columns, ["reason"], rules)


def _knock_out_expressions() -> dict[str, Any]:
    rules = []
    for reason, conditions in KNOCK_OUTS:
        text = " and ".join(rule_text(*condition) for condition in conditions)
        rules.append({"i_all": text, "o_reason": f"'{reason}'"})
    table = _table("ko", "collect", [], ["reason"], rules)
    # A column without a field holds whole expressions.
    table["content"]["inputs"] = [{"id": "i_all", "name": "all", "type": "expression"}]
    return table


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) or str(value)[0].isdigit():
        return str(value)
    return f"'{value}'"


def _cell(operator: str, value: Any) -> str:
    if operator == "in":
        return ", ".join(_literal(item) for item in value)
    return _literal(value) if operator == "=" else f"{operator} {_literal(value)}"


def rule_text(fact: str, operator: str, value: Any) -> str:
    """Return a condition in the notation that zen-engine and rule-engine share."""
    if operator == "in":
        return f"{fact} in [{', '.join(_literal(item) for item in value)}]"
    return f"{fact} {'==' if operator == '=' else operator} {_literal(value)}"


def _matrix_rows() -> list[dict[str, str]]:
    bounds = ("", *DTI_BANDS, "")
    rows = []
    for grade, marks in MATRIX.items():
        for band, mark in enumerate(marks):
            low, high = bounds[band], bounds[band + 1]
            cell = f"<= {high}" if not low else f"> {low}" if not high else f"({low}..{high}]"
            outputs = {"o_mx_outcome": f"'{OUTCOMES[mark]}'", "o_share": SHARES[grade], "o_rate": RATES[grade]}
            rows.append({"i_grade": f"'{grade}'", "i_dti": cell, **outputs})
    return rows
