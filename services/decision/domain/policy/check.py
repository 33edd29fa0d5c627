"""Static checks of a bound policy: reasons, terms, and the coverage of every table."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.decision.domain.policy.binding import RATE, SHARE, vocabulary
from services.decision.domain.policy.coverage import (
    MAX_STEPS,
    Box,
    TooIntricate,
    box,
    common_point,
    contains,
    domain,
    find_gap,
    in_words,
)
from services.decision.domain.policy.document import FROM_SCORE, HitPolicy, PolicyDocument, Table
from services.decision.domain.policy.program import operands
from services.decision.domain.policy.reading import did_you_mean
from services.decision.domain.policy.sfeel import ARITHMETIC
from services.decision.domain.reasons import PLATFORM_REASONS, ReasonCatalogue
from shared.errors import Fault
from shared.facts import Fact
from shared.money import exponent
from shared.products import Product


def check(document: PolicyDocument, product: Product, reasons: ReasonCatalogue) -> list[Fault]:
    """Return every fault of a policy whose names and types are already known to be right."""
    names = vocabulary(document, product)
    faults = _reason_faults(document, product, reasons) + _term_faults(document, product)
    for table in document.tables:
        faults += _table_faults(table, names[table.name])
    return faults


def _reason_faults(document: PolicyDocument, product: Product, reasons: ReasonCatalogue) -> list[Fault]:
    tables: tuple[Table[Any], ...] = (document.eligibility, document.knock_outs, document.matrix)
    used = [
        (f"/{table.name}/rows/{number}/reason", f"in table {table.name}, row {number + 1}", row.output.reason)
        for table in tables
        for number, row in enumerate(table.rows)
    ]
    if document.matrix.default is not None:
        used.append(("/matrix/default/reason", "in table matrix, default row", document.matrix.default.reason))
    used += [("", "of the platform", code) for code in PLATFORM_REASONS]
    for number, case in enumerate(document.cases):
        used += [(f"/cases/{number}/score_reasons", f"in case `{case.name}`", code) for code in case.score_reasons]
    known = reasons.codes(product.name)
    return [
        Fault(pointer, "unknown_reason", f"unknown reason code `{code}` {place}{did_you_mean(code, known)}")
        for pointer, place, code in used
        if code is not None and code not in known and not (code == FROM_SCORE and pointer.startswith("/matrix/"))
    ]


def _term_faults(document: PolicyDocument, product: Product) -> list[Fault]:
    faults = []
    rows = [(f"row {number}", row.output) for number, row in enumerate(document.matrix.rows, start=1)]
    if document.matrix.default is not None:
        rows.append(("default row", document.matrix.default))
    for place, offer in rows:
        term = document.terms.get(offer.outcome)
        if term is None:
            if offer.outcome.grants_credit:
                words = f"table matrix, {place} gives {offer.outcome}, for which there is no limit"
                faults.append(Fault("/terms", "missing_terms", words))
            continue
        for name, value in ((SHARE, offer.share), (RATE, offer.rate)):
            if value is None and name in operands(term.limit):
                words = f"the limit of {offer.outcome} needs `{name}`, which table matrix, {place} does not state"
                faults.append(Fault(f"/terms/{offer.outcome}/limit", "missing_operand", words))
    for outcome, term in document.terms.items():
        multiple = term.round_down_to
        if multiple is not None and not _is_amount(multiple.scaleb(exponent(product.currency), ARITHMETIC)):
            words = f"`round_down_to` of {outcome} is not an amount in {product.currency} above zero"
            faults.append(Fault(f"/terms/{outcome}/round_down_to", "not_an_amount", words))
    return faults


def _is_amount(minor: Any) -> bool:
    return bool(minor > 0 and minor == minor.to_integral_value())


def _table_faults(table: Table[Any], facts: Mapping[str, Fact]) -> list[Fault]:
    boxes = [box(row, facts) for row in table.rows]
    faults = _impossible(table, boxes)
    if faults:
        return faults
    if table.hit_policy is HitPolicy.COLLECT:
        return _repeated(table, boxes)
    if table.hit_policy is HitPolicy.UNIQUE:
        faults = _overlaps(table, boxes, facts)
    else:
        faults = _unreachable(table, boxes, facts)
    return faults + _gaps(table, boxes, facts)


def _impossible(table: Table[Any], boxes: Sequence[Box]) -> list[Fault]:
    faults = []
    for number, row_box in enumerate(boxes):
        for column, name in enumerate((condition.fact for condition in table.rows[number].conditions), start=1):
            if row_box.get(name) == ():
                text = table.rows[number].conditions[column - 1].text
                place = f"in table {table.name}, row {number + 1}, column {column}"
                words = f"`{text}` holds for no value that `{name}` can have, {place}"
                faults.append(Fault(f"/{table.name}/rows/{number}/when/{name}", "impossible_cell", words))
    return faults


def _repeated(table: Table[Any], boxes: Sequence[Box]) -> list[Fault]:
    """Rows of a COLLECT table all count; one is idle only when another says the same of more."""
    faults = []
    for number, row in enumerate(table.rows):
        for other, wider in enumerate(table.rows):
            same = other != number and wider.output == row.output and contains(boxes[other], boxes[number])
            if same and (other < number or not contains(boxes[number], boxes[other])):
                words = f"table {table.name}, row {number + 1} adds nothing to row {other + 1}"
                faults.append(Fault(f"/{table.name}/rows/{number}", "unreachable_row", words))
                break
    return faults


def _overlaps(table: Table[Any], boxes: Sequence[Box], facts: Mapping[str, Fact]) -> list[Fault]:
    faults = []
    for number, row_box in enumerate(boxes):
        for earlier in range(number):
            point = common_point(boxes[earlier], row_box)
            if point is not None:
                words = f"table {table.name} is UNIQUE, but rows {earlier + 1} and {number + 1} both hit for "
                fault = Fault(f"/{table.name}/rows/{number}", "overlap", words + in_words(point, facts))
                faults.append(fault)
    return faults


def _unreachable(table: Table[Any], boxes: Sequence[Box], facts: Mapping[str, Fact]) -> list[Fault]:
    faults = []
    for number, row_box in enumerate(boxes):
        earlier = [candidate for candidate in boxes[:number] if common_point(candidate, row_box) is not None]
        names = dict.fromkeys(name for candidate in (row_box, *earlier) for name in candidate)
        space = {name: row_box.get(name) or domain(facts[name]) for name in names}
        try:
            reached = find_gap(space, earlier, MAX_STEPS // len(boxes)) is not None
        except TooIntricate:
            # A row that is idle does no harm; one that is refused by mistake does.
            reached = True
        if not reached:
            words = f"table {table.name}, row {number + 1} is never reached: earlier rows hit first"
            faults.append(Fault(f"/{table.name}/rows/{number}", "unreachable_row", words))
    return faults


def _gaps(table: Table[Any], boxes: Sequence[Box], facts: Mapping[str, Fact]) -> list[Fault]:
    if table.default is not None:
        return []
    names = dict.fromkeys(name for row_box in boxes for name in row_box)
    try:
        point = find_gap({name: domain(facts[name]) for name in names}, boxes)
    except TooIntricate:
        words = f"table {table.name} is too intricate to prove that a row always hits; give it a default row"
        return [Fault(f"/{table.name}", "coverage_not_proven", words)]
    if point is None:
        return []
    words = f"table {table.name} has no default row, and no row hits for {in_words(point, facts) or 'anything'}"
    return [Fault(f"/{table.name}", "gap", words)]
