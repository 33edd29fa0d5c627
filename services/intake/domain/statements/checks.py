"""Whether a statement adds up: every identity that it states enough for, and what its stated lines imply.

A sum of n rounded amounts, each at most half a step off, may be n/2 steps off; amounts in units are exact, and so is
their sum.
"""

from collections.abc import Collection, Mapping, Sequence

from services.intake.domain.statements.statement import Difference, Figures
from services.intake.domain.statements.taxonomy import LINES, RESIDUAL_LINES, RULES, Rule, Section, Term

Known = dict[str, int]


def differences(figures: Figures) -> tuple[Difference, ...]:
    """Return every identity of a statement that does not hold, with both sides in minor units."""
    known = _by_sums(dict(figures.lines))
    found: list[Difference] = []
    for rule in RULES:
        if rule.total not in known or not _says(rule, known):
            continue
        total, computed = known[rule.total], _sum(rule, known)
        if abs(total - computed) > _tolerance(rule, known, figures.step_minor):
            found.append(Difference(rule.name, rule.total, total, computed))
    return tuple(found)


def complete(figures: Figures) -> Mapping[str, int]:
    """Return the lines of a statement together with what they imply, in minor units.

    What is implied: headings and subtotals of which some terms are stated, where another figure vouches for the others
    being nothing; the one unknown of an identity; and zero for a part that is not stated where the stated parts make up
    their heading. Nothing else is known: a line that is merely absent is missing, and not zero.
    """
    stated = figures.lines
    sums = _by_sums(dict(stated), [rule for rule in RULES if rule.name != "balance"])
    partial = [rule for rule in RULES if rule.is_open or rule.required < len(rule.terms)]
    doubtful = {rule for rule in partial if not _is_vouched_for(rule, stated, sums)}
    known = _by_sums(dict(stated), [rule for rule in RULES if rule not in doubtful])
    while _solve_one(known, doubtful):
        pass
    for rule in RULES:
        if rule.total not in known or not _says(rule, known):
            continue
        if abs(known[rule.total] - _sum(rule, known)) <= _tolerance(rule, known, figures.step_minor):
            for term in rule.terms:
                known.setdefault(term.code, 0)
    return known


def _is_vouched_for(rule: Rule, stated: Mapping[str, int], sums: Mapping[str, int]) -> bool:
    """Tell whether what is not stated may be taken for the sum of its stated terms, all others being zero.

    It may where that sum has to fit: a step from revenue where net income is stated; a heading of the balance sheet
    where its parent is stated and made up of known headings, or both sides are.
    """
    if not rule.is_open:
        return "net_income" in stated or LINES[rule.total].section is not Section.INCOME_STATEMENT
    parents = (other for other in RULES if not other.is_open and rule.total in {term.code for term in other.terms})
    parent = next(parents)
    has_sides = {"assets", "liabilities_and_equity"} <= sums.keys()
    return all(term.code in sums for term in parent.terms) and (parent.total in stated or has_sides)


def ties(now: Figures, before: Figures | None) -> tuple[Difference, ...]:
    """Return where a statement's parts, or it and that of the period before, should meet and do not.

    They are told and not held against it: cash of the cash flow statement leaves out what is restricted, and the
    earlier statement may be restated.
    """
    here: Mapping[str, int] = now.lines
    there: Mapping[str, int] = {} if before is None else before.lines
    tolerance = 2 * _one(now) + (0 if before is None else _one(before))
    pairs = [
        ("cash_of_balance_sheet", "closing_cash", here.get("cash")),
        ("opening_cash", "opening_cash", there.get("cash")),
        ("retained_earnings", "retained_earnings", _rolled_forward(here, there)),
    ]
    return tuple(
        Difference(rule, line, here[line], computed)
        for rule, line, computed in pairs
        if computed is not None and line in here and abs(here[line] - computed) > tolerance
    )


def _rolled_forward(here: Mapping[str, int], there: Mapping[str, int]) -> int | None:
    """Return what retained earnings should have become, None where that is not known."""
    if "net_income" not in here or "retained_earnings" not in there:
        return None
    taken = sum(here.get(code, 0) for code in ("minority_profit", "dividends_declared", "reserve_transfers"))
    return there["retained_earnings"] + here["net_income"] - taken


def filled(lines: Mapping[str, int]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return lines in which the rest of each heading stands in its `other` line, and which lines those are.

    For files whose other lines the taxonomy has no place for, as those of XBRL instances; whoever asks for it gives up
    that these sums can be checked.
    """
    found = dict(lines)
    changed: list[str] = []
    for rule in RULES:
        residual = RESIDUAL_LINES.get(rule.name)
        if residual is None or rule.total not in lines or not _says(rule, found):
            continue
        rest = found[rule.total] - _sum(rule, found)
        if rest:
            found[residual] = found.get(residual, 0) + rest
            changed.append(residual)
    return found, tuple(changed)


def _by_sums(known: Known, rules: Sequence[Rule] = RULES) -> Known:
    """Add headings and subtotals that follow from their parts; what is stated stays as it is."""
    for rule in rules:
        if rule.total not in known and _says(rule, known):
            known[rule.total] = _sum(rule, known)
    return known


def _solve_one(known: Known, doubtful: Collection[Rule]) -> bool:
    """Find the one unknown among the required parts of some identity; tell whether there was one."""
    for rule in RULES:
        if rule.is_open or rule in doubtful:
            continue
        if rule.total not in known:
            if _says(rule, known):
                known[rule.total] = _sum(rule, known)
                return True
            continue
        unknown = [term for term in _required(rule) if term.code not in known]
        # Optional terms that are not stated would make the rest anybody's guess.
        if len(unknown) == 1 and len(rule.terms) == rule.required:
            rest = known[rule.total] - _sum(rule, known)
            known[unknown[0].code] = rest * unknown[0].sign
            return True
    return False


def _required(rule: Rule) -> tuple[Term, ...]:
    return rule.terms[: rule.required]


def _says(rule: Rule, known: Mapping[str, int]) -> bool:
    if rule.is_open:
        return any(term.code in known for term in rule.terms)
    return all(term.code in known for term in _required(rule))


def _sum(rule: Rule, known: Mapping[str, int]) -> int:
    return sum(term.sign * known.get(term.code, 0) for term in rule.terms)


def _tolerance(rule: Rule, known: Mapping[str, int], step_minor: int) -> int:
    if step_minor == 1:
        return 0
    return (1 + sum(term.code in known for term in rule.terms)) * step_minor // 2


def _one(figures: Figures) -> int:
    return 0 if figures.step_minor == 1 else figures.step_minor
