"""A challenger or a shadow beside the champion as one HTML file."""

from decimal import Decimal
from typing import Final

from services.scoring.domain.monitoring.comparison import Comparison, Side
from services.scoring.domain.monitoring.figures import Shift
from services.scoring.report.stability import bands_of
from services.scoring.report.words import interval, minute, p_value, percent, plain, signed
from shared.pages.markup import Markup, element, joined
from shared.pages.page import page
from shared.pages.tables import section, table

_FEW: Final = 30
_SIGNIFICANT: Final = Decimal("0.05")


def comparison_page(found: Comparison) -> str:
    """Return a comparison as an HTML document."""
    title = f"{found.product}: {found.subject} against the champion"
    return page(
        title,
        _head(found, title),
        element("div", element("p", _verdict(found)), class_="lead"),
        section("sides", "Both models", _sides(found)),
        section("scores", "Scores", _scores(found)),
        section("method", "Method", element("p", _method(found))),
    )


def _head(found: Comparison, title: str) -> Markup:
    until = "now" if found.ended_at is None else minute(found.ended_at)
    entries = [("Product", found.product), ("Since", f"{minute(found.started_at)} until {until}")]
    facts = [joined(element("dt", name), element("dd", text)) for name, text in entries]
    kicker = element("p", "Model comparison", class_="kicker")
    return element("header", kicker, element("h1", title), element("dl", *facts, class_="versions"))


def _verdict(found: Comparison) -> str:
    champion, other = found.sides
    maturity = _maturity(found)
    if found.difference is None or found.p_value is None:
        return f"{maturity} Until both goods and bads are known, nothing can be said about which model is better."
    gap = f"{signed(found.difference.value, 3)} ({interval(found.difference)}), p {p_value(found.p_value)}"
    few = min(side.bads for side in found.sides) < _FEW
    if found.p_value >= _SIGNIFICANT:
        verdict = f"The difference in AUC is {gap}: chance explains it."
    else:
        better = other.name if found.difference.value > 0 else champion.name
        verdict = f"The difference in AUC is {gap}: the {better} orders goods and bads better."
    return f"{maturity} {verdict}" + (" There are fewer than 30 bads, so that is preliminary." if few else "")


def _maturity(found: Comparison) -> str:
    if found.is_paired:
        (side, _) = found.sides
        scored = f"Both scored {side.scored:,} applications"
        if side.auc is None:
            return f"{scored}."
        return (
            f"{scored}; of {side.matured:,} the performance window is over and an outcome ({found.definition}) is "
            f"known, {side.bads:,} of them bad."
        )
    told = " and ".join(f"{side.matured:,} of {side.scored:,} of the {side.name}" for side in found.sides)
    return f"The performance window is over and an outcome ({found.definition}) is known of {told}."


def _sides(found: Comparison) -> Markup:
    heads = ("Model", "Scored", "Mean score", "Mature", "Bads", "Bad rate", "AUC", "95 % interval")
    return table("", heads, map(_side, found.sides))


def _side(side: Side) -> tuple[str, ...]:
    return (
        side.name,
        f"{side.scored:,}",
        plain(side.mean_score, 1),
        f"{side.matured:,}",
        f"{side.bads:,}",
        percent(Decimal(side.bads) / side.matured if side.matured else None),
        "-" if side.auc is None else plain(side.auc.value),
        interval(side.auc),
    )


def _scores(found: Comparison) -> Markup | None:
    if found.shift is None:
        return None
    words = (
        f"The two scores of an application are {plain(found.mean_distance, 1)} points apart on average. All reasons "
        f"agree on {percent(found.same_reasons)} of applications, the first one on {percent(found.same_first_reason)}."
    )
    return joined(element("p", words), _bands(found.shift))


def _bands(shift: Shift) -> Markup:
    told = f"Stability index {plain(shift.value)}; by chance up to {plain(shift.critical_99)}."
    return joined(element("p", told), bands_of(shift, ("Champion", "Shadow")))


def _method(found: Comparison) -> str:
    test = (
        "the paired test of DeLong, DeLong & Clarke-Pearson (1988) on the same applications"
        if found.is_paired
        else "a z test of two independent AUCs, whose variances (DeLong, 1988) add up"
    )
    return (
        "Outcomes count where the performance window is over. AUCs have intervals by DeLong; their difference is "
        f"judged by {test}. A p-value below 0.05 is called significant; looking often makes chance findings likelier."
    )
