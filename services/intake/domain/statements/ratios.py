"""The ratio library: definitions as data, and their exact values.

Values are rational numbers, rounded once, half even, to 6 places. Amounts are in minor units, so a ratio of two of them
has no unit; what has one is said to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from services.intake.domain.statements.formula import Formula, Scene, UndefinedError, Year, parse

PLACES: Final = 6
_LARGEST: Final = 10**12
"""Facts have at most 12 digits before the point."""


class Family(StrEnum):
    """What a ratio tells of."""

    LIQUIDITY = "liquidity"
    LEVERAGE = "leverage"
    COVERAGE = "coverage"
    EFFICIENCY = "efficiency"
    PROFITABILITY = "profitability"
    GROWTH = "growth"
    ALTMAN = "altman"
    POLISH = "polish"


class Better(StrEnum):
    """Which way a ratio gets better; neither where it depends."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Unit(StrEnum):
    """What a value counts: a pure ratio (0.25 is 25 %), days, a score, thousands of the currency, or a logarithm of
    those.
    """

    RATIO = "ratio"
    DAYS = "days"
    SCORE = "score"
    THOUSANDS = "thousands"
    LOGARITHM = "logarithm"


@dataclass(frozen=True, slots=True)
class Definition:
    """One ratio: what it is called, by which formula, in which unit, which way is better, and who defines it so.

    `divides_by_negative` where the definition's source divides by whatever there is but zero.
    """

    code: str
    family: Family
    en: str
    zh: str
    formula: Formula
    unit: Unit
    better: Better
    source: str
    divides_by_negative: bool = False


@dataclass(frozen=True, slots=True)
class Undefined:
    """Why a ratio has no value: a code, and the lines that are missing."""

    reason: str
    inputs: tuple[str, ...] = ()


QUANTITIES: Final[Mapping[str, Formula]] = {
    name: parse(text)
    for name, text in {
        "ebitda": "operating_profit + depreciation_amortisation",
        "working_capital": "current_assets - current_liabilities",
        "total_debt": "short_term_borrowings + current_portion_of_debt + long_term_borrowings + bonds_payable"
        " + lease_liabilities",
        "liquid_assets": "cash + short_term_investments",
        "receivables": "trade_receivables + notes_receivable",
        "altman_x1": "working_capital / assets",
        "altman_x2": "retained_earnings / assets",
        "altman_x3": "yearly(operating_profit) / assets",
        "altman_x4": "equity / liabilities",
        "altman_x5": "yearly(revenue) / assets",
    }.items()
}
"""Sums that several ratios use."""

_CUSTOMARY: Final = "customary; cf. Subramanyam, Financial Statement Analysis (11th ed. 2014)"
_ALTMAN_1995: Final = "Altman, Hartzell & Peck, Emerging Markets Corporate Bonds: A Scoring System (1995)"
_ALTMAN_1983: Final = "Altman, Corporate Financial Distress (1983)"

_TABLES: Final[Mapping[Family, str]] = {
    Family.LIQUIDITY: """
current_ratio | Current ratio | 流动比率 | ratio | higher
    current_assets / current_liabilities
quick_ratio | Quick ratio | 速动比率 | ratio | higher
    (current_assets - inventories - prepayments) / current_liabilities
cash_ratio | Cash ratio | 现金比率 | ratio | higher
    liquid_assets / current_liabilities
""",
    Family.LEVERAGE: """
debt_to_equity | Debt to equity | 有息负债权益比 | ratio | lower
    total_debt / equity
liabilities_to_assets | Liabilities to assets | 资产负债率 | ratio | lower
    liabilities / assets
net_debt_to_ebitda | Net debt to EBITDA | 净债务与EBITDA之比 | ratio | lower
    (total_debt - liquid_assets) / yearly(ebitda)
""",
    Family.COVERAGE: """
interest_coverage | Interest coverage | 利息保障倍数 | ratio | higher
    operating_profit / interest_expense
debt_service_coverage | Debt service coverage (DSCR) | 偿债备付率 | ratio | higher
    ebitda / (interest_expense + debt_repayments)
fixed_charge_coverage | Fixed charge coverage (FCCR) | 固定费用保障倍数 | ratio | higher
    (operating_profit + lease_expense) / (interest_expense + lease_expense)
""",
    Family.EFFICIENCY: """
days_sales_outstanding | Days sales outstanding (DSO) | 应收账款周转天数 | days | lower
    receivables / yearly(revenue) * days
days_inventory_outstanding | Days inventory outstanding (DIO) | 存货周转天数 | days | lower
    inventories / yearly(cost_of_sales) * days
days_payables_outstanding | Days payables outstanding (DPO) | 应付账款周转天数 | days | neither
    (trade_payables + notes_payable) / yearly(cost_of_sales) * days
cash_conversion_cycle | Cash conversion cycle | 现金转换周期 | days | lower
    days_sales_outstanding + days_inventory_outstanding - days_payables_outstanding
asset_turnover | Asset turnover | 总资产周转率 | ratio | higher
    yearly(revenue) / average(assets)
inventory_turnover | Inventory turnover | 存货周转率 | ratio | higher
    yearly(cost_of_sales) / average(inventories)
""",
    Family.PROFITABILITY: """
gross_margin | Gross margin | 毛利率 | ratio | higher
    gross_profit / revenue
operating_margin | Operating margin | 营业利润率 | ratio | higher
    operating_profit / revenue
net_margin | Net margin | 销售净利率 | ratio | higher
    net_income / revenue
return_on_assets | Return on assets (ROA) | 总资产收益率 | ratio | higher
    yearly(net_income) / average(assets)
return_on_equity | Return on equity (ROE) | 净资产收益率 | ratio | higher
    yearly(net_income) / average(equity)
""",
    Family.GROWTH: """
revenue_growth | Revenue growth | 营业收入增长率 | ratio | higher
    revenue / prior(revenue) - 1
assets_growth | Growth of assets | 总资产增长率 | ratio | neither
    assets / prior(assets) - 1
equity_growth | Growth of equity | 净资产增长率 | ratio | higher
    equity / prior(equity) - 1
""",
    Family.ALTMAN: """
altman_z2 | Altman Z'' | 奥特曼 Z'' 值 | score | higher
    6.56 * altman_x1 + 3.26 * altman_x2 + 6.72 * altman_x3 + 1.05 * altman_x4
altman_z1 | Altman Z' (private manufacturers) | 奥特曼 Z' 值 | score | higher
    0.717 * altman_x1 + 0.847 * altman_x2 + 3.107 * altman_x3 + 0.420 * altman_x4 + 0.998 * altman_x5
""",
}
_SOURCES: Final = {"altman_z2": _ALTMAN_1995, "altman_z1": _ALTMAN_1983}


def _definitions() -> Mapping[str, Definition]:
    found: dict[str, Definition] = {}
    for family, table in _TABLES.items():
        rows = iter(table.strip().splitlines())
        for head, formula in zip(rows, rows, strict=True):
            code, en, zh, unit, better = (cell.strip() for cell in head.split("|"))
            source = _SOURCES.get(code, _CUSTOMARY)
            found[code] = Definition(code, family, en, zh, parse(formula.strip()), Unit(unit), Better(better), source)
    return found


RATIOS: Final[Mapping[str, Definition]] = _definitions()
"""The ratios by code, in the order in which they are shown."""
_NAMED: Final[Mapping[str, Formula]] = {
    **QUANTITIES,
    **{code: definition.formula for code, definition in RATIOS.items()},
}


class Zone(StrEnum):
    """Where a Z-score lies."""

    SAFE = "safe"
    GREY = "grey"
    DISTRESS = "distress"


ZONES: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    "altman_z2": (Decimal("1.1"), Decimal("2.6")),
    "altman_z1": (Decimal("1.23"), Decimal("2.9")),
}
"""Below the first is distress, above the second is safe, for each score; from the same sources as the scores."""


def zone(code: str, value: Decimal) -> Zone:
    """Return the zone of a score of `ZONES`."""
    distress, safe = ZONES[code]
    if value < distress:
        return Zone.DISTRESS
    return Zone.SAFE if value > safe else Zone.GREY


def rounded(value: Fraction) -> Decimal:
    """Return a rational number to 6 places, half even: the one rounding of a ratio."""
    return Decimal(round(value * 10**PLACES)).scaleb(-PLACES)


def value_of(
    definition: Definition, years: Sequence[Year], named: Mapping[str, Formula] = _NAMED
) -> Decimal | Undefined:
    """Return a ratio of the first of `years`, each the period before the one ahead of it, or why it has none.

    `named` are the formulas that its formula may name.
    """
    try:
        exact = definition.formula.value(Scene(years, named, definition.divides_by_negative))
    except UndefinedError as error:
        return Undefined(error.reason, error.inputs)
    if abs(exact) >= _LARGEST:
        return Undefined("out_of_range")
    return rounded(exact)
