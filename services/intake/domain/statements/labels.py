"""What lines are called in people's files, in English and in Chinese."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from services.intake.domain.statements.taxonomy import LINES, Standard

_NUMBERING: Final = re.compile(
    r"^\s*(?:[(]?[一二三四五六七八九十0-9ivx]{1,4}[).、:]\s*)+|^\s*(?:其中|加|减|less|add|including|of which)\s*:\s*",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(r"[(（][^()（）]*[)）]")
_WORDS: Final = re.compile(r"[\W_]+")
MAX_LABEL: Final = 200

_SYNONYMS: Final = """
assets | assets; assets total | 资产合计; 总资产; 资产总额
current_assets | total current assets; current assets total | 流动资产
cash | cash; cash at bank and in hand; cash and bank balances; bank balances and cash | 现金及现金等价物; 现金; 银行存款
short_term_investments | marketable securities; trading securities; short term securities | 短期投资; 交易性金融资产
trade_receivables | accounts receivable; accounts receivable net; trade debtors; receivables | 应收账款净额; 应收帐款
notes_receivable | bills receivable | 应收票据
other_receivables | other debtors | 其他应收款净额
prepayments | prepaid expenses; prepaid expenses and other current assets | 预付账款; 预付帐款
inventories | inventory; stock; stocks; inventories net | 存货净额
non_current_assets | total non current assets; fixed assets; long term assets; total fixed assets | 非流动资产
property_plant_equipment | property plant and equipment; tangible assets; ppe | 固定资产净额; 固定资产净值
construction_in_progress | assets under construction | 在建工程
right_of_use_assets | operating lease right of use assets | 使用权资产
intangible_assets | intangibles; intangible assets net | 无形资产净额
long_term_investments | investments in associates; equity method investments | 长期投资
deferred_tax_assets | deferred income tax assets; deferred taxes asset | 递延税款借项
liabilities_and_equity | total liabilities and shareholders equity; total liabilities and stockholders equity; total equity and liabilities | 负债和股东权益总计; 负债及所有者权益总计; 负债和所有者权益合计; 负债及股东权益合计
liabilities | liabilities; liabilities total | 总负债; 负债总额; 负债总计
current_liabilities | total current liabilities; short term liabilities | 流动负债
short_term_borrowings | short term debt; short term loans; bank overdrafts; bank loans; notes payable to banks | 短期贷款
current_portion_of_debt | current portion of long term debt; current maturities of long term debt | 一年内到期的长期借款
trade_payables | accounts payable; trade creditors | 应付帐款; 应付账款净额
notes_payable | bills payable | 应付票据
contract_liabilities | contract liabilities |
employee_payables | accrued payroll; salaries payable | 应付工资
tax_payables | income tax payable; current tax liabilities; tax payable | 应交税金
non_current_liabilities | total non current liabilities; long term liabilities | 长期负债合计; 非流动负债; 长期负债
long_term_borrowings | long term debt; long term loans | 长期贷款
bonds_payable | bonds; notes and bonds payable | 应付债券
lease_liabilities | long term lease liabilities; operating lease liabilities noncurrent | 长期租赁负债
deferred_tax_liabilities | deferred income tax liabilities | 递延税款贷项
equity | equity; shareholders equity; stockholders equity; total shareholders equity; total stockholders equity; shareholders funds; net assets | 股东权益合计; 所有者权益; 净资产; 所有者权益总计
share_capital | common stock; issued capital; called up share capital; ordinary shares; capital stock | 股本; 注册资本; 实收资本或股本
capital_reserves | share premium; additional paid in capital | 资本公积金
treasury_shares | treasury stock | 减库存股
surplus_reserves | statutory reserves; legal reserve | 盈余公积金
retained_earnings | accumulated deficit; retained profits; profit and loss account; accumulated earnings | 累计未分配利润
other_equity | accumulated other comprehensive income; other reserves | 其他权益合计
minority_interest | minority interest; minority interests; noncontrolling interests | 少数股东权益
revenue | sales; net sales; turnover; total revenue; revenues; net revenue | 营业总收入; 主营业务收入; 收入; 销售收入
cost_of_sales | cost of goods sold; cost of revenue; cogs; cost of revenues | 主营业务成本; 销售成本
gross_profit | gross margin amount | 毛利润; 营业毛利
taxes_and_surcharges | business taxes | 营业税金及附加; 主营业务税金及附加
selling_expenses | distribution costs; selling and marketing expenses; sales and marketing | 营业费用
administrative_expenses | general and administrative expenses; general and administrative; admin expenses | 管理费用
research_expenses | research and development; r d expenses | 研究开发费用
other_operating_income | other income | 其他业务利润
other_operating_expenses | other expenses; other operating expense |
operating_profit | operating income; income from operations; ebit; profit from operations; operating profit | 经营利润; 息税前利润
finance_income | interest income; financial income | 利息收入; 财务收入
finance_costs | finance cost; financial expenses; finance expenses | 财务费用净额
investment_income | income from investments; share of profit of associates | 投资净收益
non_operating_income | other non operating income | 营业外收入
non_operating_expenses | other non operating expenses | 营业外支出
profit_before_tax | income before tax; income before income taxes; earnings before tax; pre tax profit | 税前利润; 税前利润总额
income_tax | income tax expense; tax expense; taxation; provision for income taxes | 所得税; 减所得税费用
net_income | net profit; profit for the year; net earnings; profit after tax; profit for the period | 净利润; 税后利润
interest_expense | interest expense; interest costs | 利息支出; 利息费用
depreciation_amortisation | depreciation and amortisation; depreciation and amortization; depreciation amortisation | 折旧与摊销; 折旧及摊销
lease_expense | rent expense; rental expense; operating lease expense | 租金费用; 租赁费
minority_profit | profit attributable to minority interests | 少数股东损益
dividends_declared | dividends | 应付普通股股利
reserve_transfers | transfer to reserves | 提取法定盈余公积
operating_cash_flow | net cash from operations; cash flow from operating activities; net cash provided by operating activities | 经营活动现金流量净额; 经营现金流净额
investing_cash_flow | cash flow from investing activities; net cash used in investing activities | 投资活动现金流量净额
financing_cash_flow | cash flow from financing activities; net cash provided by financing activities; net cash used in financing activities | 筹资活动现金流量净额
fx_effect_on_cash | effect of exchange rate changes on cash | 汇率变动对现金及现金等价物的影响
net_change_in_cash | net increase in cash; net increase decrease in cash; net increase in cash and cash equivalents | 现金净增加额
opening_cash | cash and cash equivalents at the beginning of the year; opening cash balance | 期初现金余额
closing_cash | cash and cash equivalents at the end of the year; closing cash balance | 期末现金余额
capital_expenditure | purchase of property plant and equipment; capex | 购建固定资产无形资产和其他长期资产支付的现金
debt_repayments | repayment of borrowings; repayment of debt; repayments of loans | 偿还借款支付的现金
dividends_paid | payment of dividends | 支付股利的现金
interest_paid | payment of interest | 支付利息
"""  # noqa: E501
_AMBIGUOUS: Final[Mapping[str, tuple[str, ...]]] = {
    "borrowings": ("short_term_borrowings", "long_term_borrowings"),
    "loans": ("short_term_borrowings", "long_term_borrowings"),
    "借款": ("short_term_borrowings", "long_term_borrowings"),
    "其他": ("other_current_assets", "other_current_liabilities", "other_equity"),
    "other": ("other_current_assets", "other_current_liabilities", "other_equity"),
    "应收票据及应收账款": ("trade_receivables", "notes_receivable"),
    "应付票据及应付账款": ("trade_payables", "notes_payable"),
    "营业利润": ("operating_profit", "profit_after_finance"),
    "profit": ("gross_profit", "operating_profit", "net_income"),
    "selling general and administrative expenses": ("selling_expenses", "administrative_expenses"),
}
"""Labels that may mean several lines; of these the caller says which."""
_BY_STANDARD: Final[Mapping[Standard, Mapping[str, str]]] = {
    # 营业利润 of the Chinese standards is what is left after finance and investment.
    Standard.PRC_GAAP: {"营业利润": "profit_after_finance", "operating profit": "profit_after_finance"},
    Standard.IFRS: {"经营利润": "operating_profit"},
    Standard.US_GAAP: {},
}
_PARTS: Final = """
depreciation_amortisation | depreciation; amortisation; amortization | 固定资产折旧; 无形资产摊销; 长期待摊费用摊销; 使用权资产折旧
inventories | raw materials; finished goods; work in progress | 原材料; 库存商品; 在产品
notes_receivable | | 应收票据; 应收款项融资
other_current_assets | other current assets; contract assets | 其他流动资产; 合同资产; 一年内到期的非流动资产; 持有待售资产
other_non_current_assets | other non current assets; investment property | 其他非流动资产; 长期待摊费用; 投资性房地产; 长期应收款
contract_liabilities | contract liabilities; deferred revenue; advances from customers | 合同负债; 预收款项; 预收账款
other_current_liabilities | other current liabilities; accrued liabilities; accrued expenses | 其他流动负债; 其他应付款; 应付利息; 应付股利
other_non_current_liabilities | other non current liabilities | 其他非流动负债; 长期应付款; 递延收益
other_equity | other reserves; accumulated other comprehensive income | 其他综合收益; 其他权益工具; 专项储备; 一般风险准备
other_operating_income | other operating income; government grants | 其他收益; 资产处置收益
other_operating_expenses | other operating expenses; impairment losses | 资产减值损失; 信用减值损失
investment_income | investment income; fair value gains | 投资收益; 公允价值变动收益
"""  # noqa: E501
"""Labels of which several make up one line together."""


def shown(label: str) -> str:
    """Return a label as it may be kept and shown: one line, no invisible or direction-changing characters, cut."""
    visible = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in label)
    return " ".join(visible.split())[:MAX_LABEL]


def normal(label: str) -> str:
    """Return what labels are compared by: compatibility forms unified, no numbering, punctuation or case."""
    text = unicodedata.normalize("NFKC", shown(label))
    return _WORDS.sub(" ", _NUMBERING.sub("", text)).casefold().strip()


def _compact(label: str) -> str:
    return normal(label).replace(" ", "")


def _labels(table: str) -> Iterator[tuple[str, str]]:
    """Yield each label of a table, as it is compared, with its line."""
    for row in table.strip().splitlines():
        code, english, chinese = (cell.strip() for cell in row.split("|"))
        for label in (*english.split(";"), *chinese.split(";")):
            if label.strip():
                yield _compact(label), code


def _table() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for code, line in LINES.items():
        for label in (code, line.en, line.zh, re.sub(r"\(.*?\)", "", line.en)):
            found[_compact(label)].add(code)
    for label, code in _labels(_SYNONYMS.strip() + _PARTS):
        found[label].add(code)
    for label, codes in _AMBIGUOUS.items():
        found[_compact(label)].update(codes)
    return {label: tuple(sorted(codes)) for label, codes in found.items()}


_LABELS: Final = _table()
_STANDARD_LABELS: Final = {
    standard: {_compact(label): code for label, code in own.items()} for standard, own in _BY_STANDARD.items()
}
_PART_LABELS: Final = frozenset(label for label, _ in _labels(_PARTS))


def lines_called(label: str, standard: Standard) -> tuple[str, ...]:
    """Return the lines that a label may mean under a standard: one, several where it is ambiguous, or none.

    A code of the taxonomy means its line. Remarks in parentheses, such as （亏损以“-”号填列）, are left out where the
    whole label says nothing.
    """
    if label.strip() in LINES:
        return (label.strip(),)
    for wanted in (_compact(label), _compact(_REMARK.sub("", label))):
        own = _STANDARD_LABELS[standard].get(wanted)
        found = _LABELS.get(wanted, ()) if own is None else (own,)
        if found:
            return found
    return ()


def is_part(label: str) -> bool:
    """Tell whether several labels such as this one make up a line together."""
    return _compact(label) in _PART_LABELS
