"""The one taxonomy that statements of every standard are kept in, and how its lines add up.

Amounts carry the sign of their line: costs, taxes, outflows and treasury shares are stated above zero, and the rules
take them off. A line is a balance of a day, or a flow of a period.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Standard(StrEnum):
    """By which rules a statement was drawn up; `prc-gaap` is 企业会计准则."""

    US_GAAP = "us-gaap"
    IFRS = "ifrs"
    PRC_GAAP = "prc-gaap"


class Section(StrEnum):
    """In which statement a line stands."""

    BALANCE_SHEET = "balance_sheet"
    INCOME_STATEMENT = "income_statement"
    CASH_FLOW = "cash_flow"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its code, section, and what it is called in English and in Chinese."""

    code: str
    section: Section
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Term:
    """A line of a rule, added (`sign` 1) or taken off (-1)."""

    code: str
    sign: int


@dataclass(frozen=True, slots=True)
class Rule:
    """`total` is the sum of `terms`.

    Where `is_open`, terms that are not stated count as zero once one is stated: the parts of a balance sheet's heading.
    Otherwise every one of the first `required` terms must be known for the rule to say anything.
    """

    name: str
    total: str
    terms: tuple[Term, ...]
    required: int
    is_open: bool = False


_BALANCE_SHEET: Final = """
assets | Total assets | 资产总计
current_assets | Current assets | 流动资产合计
cash | Cash and cash equivalents | 货币资金
short_term_investments | Short-term investments | 交易性金融资产
trade_receivables | Trade receivables | 应收账款
notes_receivable | Notes receivable | 应收票据
other_receivables | Other receivables | 其他应收款
prepayments | Prepayments | 预付款项
inventories | Inventories | 存货
other_current_assets | Other current assets | 其他流动资产
non_current_assets | Non-current assets | 非流动资产合计
property_plant_equipment | Property, plant and equipment, net | 固定资产
construction_in_progress | Construction in progress | 在建工程
right_of_use_assets | Right-of-use assets | 使用权资产
intangible_assets | Intangible assets | 无形资产
goodwill | Goodwill | 商誉
long_term_investments | Long-term investments | 长期股权投资
deferred_tax_assets | Deferred tax assets | 递延所得税资产
other_non_current_assets | Other non-current assets | 其他非流动资产
liabilities_and_equity | Total liabilities and equity | 负债和所有者权益总计
liabilities | Total liabilities | 负债合计
current_liabilities | Current liabilities | 流动负债合计
short_term_borrowings | Short-term borrowings | 短期借款
current_portion_of_debt | Current portion of long-term debt | 一年内到期的非流动负债
trade_payables | Trade payables | 应付账款
notes_payable | Notes payable | 应付票据
contract_liabilities | Contract liabilities and advances | 合同负债
employee_payables | Employee benefits payable | 应付职工薪酬
tax_payables | Taxes payable | 应交税费
other_current_liabilities | Other current liabilities | 其他流动负债
non_current_liabilities | Non-current liabilities | 非流动负债合计
long_term_borrowings | Long-term borrowings | 长期借款
bonds_payable | Bonds payable | 应付债券
lease_liabilities | Non-current lease liabilities | 租赁负债
provisions | Provisions | 预计负债
deferred_tax_liabilities | Deferred tax liabilities | 递延所得税负债
other_non_current_liabilities | Other non-current liabilities | 其他非流动负债
equity | Total equity | 所有者权益合计
share_capital | Share capital | 实收资本
capital_reserves | Capital reserves | 资本公积
treasury_shares | Treasury shares | 库存股
surplus_reserves | Surplus reserves | 盈余公积
retained_earnings | Retained earnings | 未分配利润
other_equity | Other equity | 其他权益
minority_interest | Non-controlling interests | 少数股东权益
"""
_INCOME_STATEMENT: Final = """
revenue | Revenue | 营业收入
cost_of_sales | Cost of sales | 营业成本
gross_profit | Gross profit | 毛利
taxes_and_surcharges | Taxes and surcharges | 税金及附加
selling_expenses | Selling expenses | 销售费用
administrative_expenses | Administrative expenses | 管理费用
research_expenses | Research and development expenses | 研发费用
other_operating_income | Other operating income | 其他收益
other_operating_expenses | Other operating expenses | 其他业务支出
operating_profit | Operating profit before finance items | 息税前营业利润
finance_income | Finance income | 利息收入
finance_costs | Finance costs | 财务费用
investment_income | Investment income | 投资收益
profit_after_finance | Operating profit after finance items | 营业利润
non_operating_income | Non-operating income | 营业外收入
non_operating_expenses | Non-operating expenses | 营业外支出
profit_before_tax | Profit before tax | 利润总额
income_tax | Income tax | 所得税费用
discontinued_operations | Profit of discontinued operations | 终止经营净利润
net_income | Net income | 净利润
interest_expense | Interest expense (part of finance costs) | 利息费用
depreciation_amortisation | Depreciation and amortisation (part of costs) | 折旧与摊销
lease_expense | Lease expense (part of costs) | 租赁费用
minority_profit | Net income of non-controlling interests | 少数股东损益
dividends_declared | Dividends declared | 应付股利分配
reserve_transfers | Retained earnings moved to reserves | 提取盈余公积
"""
_CASH_FLOW: Final = """
operating_cash_flow | Net cash from operating activities | 经营活动产生的现金流量净额
investing_cash_flow | Net cash from investing activities | 投资活动产生的现金流量净额
financing_cash_flow | Net cash from financing activities | 筹资活动产生的现金流量净额
fx_effect_on_cash | Effect of exchange rates on cash | 汇率变动对现金的影响
net_change_in_cash | Net change in cash | 现金及现金等价物净增加额
opening_cash | Cash at the beginning of the period | 期初现金及现金等价物余额
closing_cash | Cash at the end of the period | 期末现金及现金等价物余额
capital_expenditure | Capital expenditure (part of investing) | 购建固定资产支付的现金
debt_repayments | Repayments of borrowings (part of financing) | 偿还债务支付的现金
dividends_paid | Dividends paid (part of financing) | 分配股利支付的现金
interest_paid | Interest paid | 偿付利息支付的现金
"""


def _lines() -> Mapping[str, Line]:
    tables = {
        Section.BALANCE_SHEET: _BALANCE_SHEET,
        Section.INCOME_STATEMENT: _INCOME_STATEMENT,
        Section.CASH_FLOW: _CASH_FLOW,
    }
    found: dict[str, Line] = {}
    for section, table in tables.items():
        for row in table.strip().splitlines():
            code, en, zh = (cell.strip() for cell in row.split("|"))
            found[code] = Line(code, section, en, zh)
    return found


LINES: Final[Mapping[str, Line]] = _lines()
"""Every line by its code, in the order of a printed statement."""


def _rule(name: str, total: str, terms: str, required: int | None = None, *, is_open: bool = False) -> Rule:
    parsed = tuple(Term(word.lstrip("-"), -1 if word.startswith("-") else 1) for word in terms.split())
    assert all(term.code in LINES for term in parsed) and total in LINES
    return Rule(name, total, parsed, len(parsed) if required is None else required, is_open)


RULES: Final[tuple[Rule, ...]] = (
    _rule(
        "current_assets",
        "current_assets",
        "cash short_term_investments trade_receivables notes_receivable other_receivables prepayments inventories"
        " other_current_assets",
        is_open=True,
    ),
    _rule(
        "non_current_assets",
        "non_current_assets",
        "property_plant_equipment construction_in_progress right_of_use_assets intangible_assets goodwill"
        " long_term_investments deferred_tax_assets other_non_current_assets",
        is_open=True,
    ),
    _rule(
        "current_liabilities",
        "current_liabilities",
        "short_term_borrowings current_portion_of_debt trade_payables notes_payable contract_liabilities"
        " employee_payables tax_payables other_current_liabilities",
        is_open=True,
    ),
    _rule(
        "non_current_liabilities",
        "non_current_liabilities",
        "long_term_borrowings bonds_payable lease_liabilities provisions deferred_tax_liabilities"
        " other_non_current_liabilities",
        is_open=True,
    ),
    _rule(
        "equity",
        "equity",
        "share_capital capital_reserves -treasury_shares surplus_reserves retained_earnings other_equity"
        " minority_interest",
        is_open=True,
    ),
    _rule("assets", "assets", "current_assets non_current_assets"),
    _rule("liabilities", "liabilities", "current_liabilities non_current_liabilities"),
    _rule("liabilities_and_equity", "liabilities_and_equity", "liabilities equity"),
    _rule("balance", "assets", "liabilities_and_equity"),
    _rule("gross_profit", "gross_profit", "revenue -cost_of_sales"),
    _rule(
        "operating_profit",
        "operating_profit",
        "gross_profit -taxes_and_surcharges -selling_expenses -administrative_expenses -research_expenses"
        " other_operating_income -other_operating_expenses",
        1,
    ),
    _rule(
        "profit_after_finance",
        "profit_after_finance",
        "operating_profit finance_income -finance_costs investment_income",
        1,
    ),
    _rule(
        "profit_before_tax",
        "profit_before_tax",
        "profit_after_finance non_operating_income -non_operating_expenses",
        1,
    ),
    _rule("net_income", "net_income", "profit_before_tax -income_tax discontinued_operations", 1),
    _rule(
        "net_change_in_cash",
        "net_change_in_cash",
        "operating_cash_flow investing_cash_flow financing_cash_flow fx_effect_on_cash",
        3,
    ),
    _rule("closing_cash", "closing_cash", "opening_cash net_change_in_cash"),
)
"""How the lines add up, parts before wholes. `balance` is the identity that the balance sheet is named after."""

RESIDUAL_LINES: Final[Mapping[str, str]] = {
    "current_assets": "other_current_assets",
    "non_current_assets": "other_non_current_assets",
    "current_liabilities": "other_current_liabilities",
    "non_current_liabilities": "other_non_current_liabilities",
    "equity": "other_equity",
}
"""Where what a heading has beyond its stated parts is put, for those who ask for that."""
