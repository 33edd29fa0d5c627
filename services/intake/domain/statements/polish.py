"""The 64 ratios of the Polish bankruptcy data set, over the lines of the taxonomy.

Definitions: Zieba, Tomczak & Tomczak, Expert Systems with Applications 58 (2016), table 2, and the description of the
data set (UCI, doi:10.24432/C5F600). Three words of theirs are read as Polish accounts mean them, which the figures of
the data set confirm: `gross profit` is profit before tax (zysk brutto), `EBIT` is that plus interest, and `profit on
sales` is what is left of sales after cost of sales, selling and administration, before other operating items. `Total
costs` and `operating expenses` are those three with taxes and research. Extraordinary items, which neither US GAAP nor
IFRS nor PRC GAAP knows any more, are nothing.

All use balances of the last day and flows of the period; flows of other periods than a year are not stretched to one.
Amounts (29, 55) are in thousands of the statement's currency, as those of the data set are of zlotys.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from services.intake.domain.statements.formula import Formula, Year, parse
from services.intake.domain.statements.ratios import QUANTITIES, Better, Definition, Family, Undefined, Unit, value_of

_QUANTITIES: Final[Mapping[str, Formula]] = {
    name: parse(text)
    for name, text in {
        "interest_and_tax_profit": "profit_before_tax + interest_expense",
        "operating_expenses": "cost_of_sales + taxes_and_surcharges + selling_expenses + administrative_expenses"
        " + research_expenses",
        "sales_profit": "revenue - operating_expenses",
        "all_sales": "revenue + other_operating_income + finance_income",
        "constant_capital": "equity + non_current_liabilities",
        "cash_profit": "profit_before_tax + depreciation_amortisation",
    }.items()
}
"""Sums that several of them use."""
NAMED: Final[Mapping[str, Formula]] = {**QUANTITIES, **_QUANTITIES}
"""What the formulas of the 64 ratios may name beside lines."""

_TABLE: Final = """
1 | net profit / total assets
    net_income / assets
2 | total liabilities / total assets
    liabilities / assets
3 | working capital / total assets
    working_capital / assets
4 | current assets / short-term liabilities
    current_assets / current_liabilities
5 | (cash + short-term securities + receivables - short-term liabilities) / (operating expenses - depreciation) * 365
    (liquid_assets + receivables - current_liabilities) / (operating_expenses - depreciation_amortisation) * days
6 | retained earnings / total assets
    retained_earnings / assets
7 | EBIT / total assets
    interest_and_tax_profit / assets
8 | book value of equity / total liabilities
    equity / liabilities
9 | sales / total assets
    revenue / assets
10 | equity / total assets
    equity / assets
11 | (gross profit + extraordinary items + financial expenses) / total assets
    (profit_before_tax + finance_costs) / assets
12 | gross profit / short-term liabilities
    profit_before_tax / current_liabilities
13 | (gross profit + depreciation) / sales
    cash_profit / revenue
14 | (gross profit + interest) / total assets
    (profit_before_tax + interest_expense) / assets
15 | (total liabilities * 365) / (gross profit + depreciation)
    liabilities * days / cash_profit
16 | (gross profit + depreciation) / total liabilities
    cash_profit / liabilities
17 | total assets / total liabilities
    assets / liabilities
18 | gross profit / total assets
    profit_before_tax / assets
19 | gross profit / sales
    profit_before_tax / revenue
20 | (inventory * 365) / sales
    inventories * days / revenue
21 | sales (n) / sales (n-1)
    revenue / prior(revenue)
22 | profit on operating activities / total assets
    operating_profit / assets
23 | net profit / sales
    net_income / revenue
24 | gross profit (in 3 years) / total assets
    (profit_before_tax + prior(profit_before_tax) + prior2(profit_before_tax)) / assets
25 | (equity - share capital) / total assets
    (equity - share_capital) / assets
26 | (net profit + depreciation) / total liabilities
    (net_income + depreciation_amortisation) / liabilities
27 | profit on operating activities / financial expenses
    operating_profit / finance_costs
28 | working capital / fixed assets
    working_capital / non_current_assets
29 | logarithm of total assets
    log10(assets / thousand)
30 | (total liabilities - cash) / sales
    (liabilities - cash) / revenue
31 | (gross profit + interest) / sales
    (profit_before_tax + interest_expense) / revenue
32 | (current liabilities * 365) / cost of products sold
    current_liabilities * days / cost_of_sales
33 | operating expenses / short-term liabilities
    operating_expenses / current_liabilities
34 | operating expenses / total liabilities
    operating_expenses / liabilities
35 | profit on sales / total assets
    sales_profit / assets
36 | total sales / total assets
    all_sales / assets
37 | (current assets - inventories) / long-term liabilities
    (current_assets - inventories) / non_current_liabilities
38 | constant capital / total assets
    constant_capital / assets
39 | profit on sales / sales
    sales_profit / revenue
40 | (current assets - inventory - receivables) / short-term liabilities
    (current_assets - inventories - receivables) / current_liabilities
41 | total liabilities / ((profit on operating activities + depreciation) * (12/365))
    liabilities / ((operating_profit + depreciation_amortisation) * (12 / days))
42 | profit on operating activities / sales
    operating_profit / revenue
43 | rotation receivables + inventory turnover in days
    receivables * days / revenue + inventories * days / revenue
44 | (receivables * 365) / sales
    receivables * days / revenue
45 | net profit / inventory
    net_income / inventories
46 | (current assets - inventory) / short-term liabilities
    (current_assets - inventories) / current_liabilities
47 | (inventory * 365) / cost of products sold
    inventories * days / cost_of_sales
48 | EBITDA (profit on operating activities - depreciation) / total assets
    (operating_profit - depreciation_amortisation) / assets
49 | EBITDA (profit on operating activities - depreciation) / sales
    (operating_profit - depreciation_amortisation) / revenue
50 | current assets / total liabilities
    current_assets / liabilities
51 | short-term liabilities / total assets
    current_liabilities / assets
52 | (short-term liabilities * 365) / cost of products sold
    current_liabilities * days / cost_of_sales
53 | equity / fixed assets
    equity / non_current_assets
54 | constant capital / fixed assets
    constant_capital / non_current_assets
55 | working capital
    working_capital / thousand
56 | (sales - cost of products sold) / sales
    (revenue - cost_of_sales) / revenue
57 | (current assets - inventory - short-term liabilities) / (sales - gross profit - depreciation)
    (current_assets - inventories - current_liabilities) / (revenue - profit_before_tax - depreciation_amortisation)
58 | total costs / total sales
    operating_expenses / all_sales
59 | long-term liabilities / equity
    non_current_liabilities / equity
60 | sales / inventory
    revenue / inventories
61 | sales / receivables
    revenue / receivables
62 | (short-term liabilities * 365) / sales
    current_liabilities * days / revenue
63 | sales / short-term liabilities
    revenue / current_liabilities
64 | sales / fixed assets
    revenue / non_current_assets
"""
_SOURCE: Final = "Zieba, Tomczak & Tomczak, Expert Syst. Appl. 58 (2016); UCI doi:10.24432/C5F600"
_DAYS: Final = frozenset({5, 15, 20, 32, 43, 44, 47, 52, 62})


def _unit(number: int) -> Unit:
    if number in _DAYS:
        return Unit.DAYS
    return {29: Unit.LOGARITHM, 55: Unit.THOUSANDS}.get(number, Unit.RATIO)


def _definitions() -> Mapping[str, Definition]:
    found: dict[str, Definition] = {}
    rows = iter(_TABLE.strip().splitlines())
    for head, formula in zip(rows, rows, strict=True):
        number, _, words = head.partition(" | ")
        code = f"polish_attr{number}"
        found[code] = Definition(
            code=code,
            family=Family.POLISH,
            en=words,
            zh=f"波兰破产数据集指标 {number}",
            formula=parse(formula.strip()),
            unit=_unit(int(number)),
            better=Better.NEITHER,
            source=_SOURCE,
            divides_by_negative=True,
        )
    return found


POLISH_RATIOS: Final[Mapping[str, Definition]] = _definitions()
"""The 64 ratios by code, `polish_attr1` to `polish_attr64`."""


def polish_value_of(definition: Definition, years: Sequence[Year]) -> Decimal | Undefined:
    """Return one of the 64 ratios of the first of `years`, or why it has none."""
    return value_of(definition, years, NAMED)
