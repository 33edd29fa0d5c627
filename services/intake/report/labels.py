"""What the facts of the credit file are called on the report, in English and in Chinese."""

from collections.abc import Mapping
from typing import Final

from services.intake.domain.credit_report import Label

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "bureau_found": ("Known to the bureau", "征信机构有记录"),
    "bureau_score": ("Bureau score", "征信评分"),
    "bureau_thin_file": ("Thin file", "信用记录较少"),
    "open_tradelines": ("Open tradelines", "未结清信贷账户数"),
    "revolving_balance": ("Revolving balance", "循环信贷余额"),
    "revolving_limit": ("Revolving limit", "循环信贷额度"),
    "utilization": ("Utilization of revolving credit", "循环信贷使用率"),
    "delinquencies_24m": ("Delinquencies in 24 months", "近 24 个月逾期次数"),
    "worst_delinquency_days": ("Worst delinquency, days", "最长逾期天数"),
    "inquiries_6m": ("Inquiries in 6 months", "近 6 个月查询次数"),
    "public_records": ("Public records", "公共记录条数"),
    "oldest_account_months": ("Oldest account, months", "最早账户账龄（月）"),
    "registry_found": ("Known to the registry", "登记机构有记录"),
    "registry_status": ("Status in the registry", "登记状态"),
    "incorporated_on": ("Incorporated on", "成立日期"),
    "company_age_months": ("Age of the company, months", "成立时间（月）"),
    "directors": ("Directors", "董事人数"),
    "industry_section": ("Industry section (ISIC)", "行业门类（ISIC）"),
    "payment_index": ("Payment index", "付款指数"),
    "days_beyond_terms": ("Days beyond terms", "超账期天数"),
    "payment_experiences": ("Payment experiences", "付款经验笔数"),
    "recommended_limit": ("Recommended limit", "建议信用额度"),
    "judgments": ("Open judgments", "未结判决数"),
    "judgments_amount": ("Amount of open judgments", "未结判决金额"),
    "trade_references": ("Trade references", "商业参考家数"),
    "trade_high_credit": ("Highest credit at a supplier", "供应商最高授信"),
    "trade_balance": ("Balance at suppliers", "供应商欠款余额"),
    "trade_past_due": ("Past due at suppliers", "供应商逾期金额"),
    "trade_days_slow": ("Days slow at suppliers", "供应商拖欠天数"),
    "trade_references_slow": ("Suppliers paid slowly", "付款拖欠的供应商数"),
    "trade_in_collection": ("In collection at a supplier", "供应商催收中"),
    "trade_relationship_months": ("Longest supplier relationship, months", "最长供应商往来（月）"),
    "trade_references_on": ("Trade references taken on", "商业参考取得日期"),
    "bank_references": ("Bank references", "银行参考家数"),
    "bank_relationship_months": ("Longest bank relationship, months", "最长银行往来（月）"),
    "bank_returned_items_12m": ("Returned items in 12 months", "近 12 个月退票次数"),
    "bank_balance_band": ("Average balance", "平均存款档次"),
    "bank_balance_at_least": ("Average balance at least", "平均存款下限"),
    "bank_facility_limit": ("Bank facilities", "银行授信额度"),
    "bank_facility_drawn": ("Drawn on bank facilities", "银行授信已用"),
    "bank_references_on": ("Bank references taken on", "银行参考取得日期"),
    "own_exposure": ("Own exposure", "本户敞口"),
    "group_exposure": ("Exposure of the group", "集团敞口"),
    "overdue": ("Overdue", "逾期金额"),
    "open": ("Open invoices", "未清发票金额"),
    "overdue_1-30": ("Overdue 1 to 30 days", "逾期 1–30 天"),
    "overdue_31-60": ("Overdue 31 to 60 days", "逾期 31–60 天"),
    "overdue_61-90": ("Overdue 61 to 90 days", "逾期 61–90 天"),
    "overdue_91-120": ("Overdue 91 to 120 days", "逾期 91–120 天"),
    "overdue_over_120": ("Overdue more than 120 days", "逾期超过 120 天"),
    "disputed": ("Disputed", "争议金额"),
}


_PLACES: Final = {code: place for place, code in enumerate(_NAMES)}


def place(code: str) -> tuple[int, str]:
    """Return what puts facts in the order in which people read them; those without a name of their own come last."""
    return (_PLACES.get(code, len(_PLACES)), code)


def named(code: str) -> Label:
    """Return what a fact is called; one without a name of its own is called by its code, as words."""
    found = _NAMES.get(code)
    if found is None:
        words = code.replace("_", " ")
        return Label(words[:1].upper() + words[1:], "")
    return Label(*found)
