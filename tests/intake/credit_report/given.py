"""A credit report about a made-up small business, whole."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from services.intake.domain.credit_report import (
    Account,
    Accounts,
    Adverse,
    CreditReport,
    Exposure,
    Figure,
    Group,
    Label,
    Lookup,
    Member,
    Opinion,
    Origin,
    Period,
    RatioLine,
    Recommendation,
    Request,
    Subject,
    Value,
)
from shared.money import Money

NOW: Final = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PARTY: Final = "pty_0193c1d2e3f47a5b8c6d7e8f90a1b2c4"
FILE: Final = Origin("file", "intake", PARTY, datetime(2026, 11, 2, tzinfo=UTC))
LIMITS: Final = Origin("limits", "limits", None, NOW)
BUREAU: Final = Origin("bureau", "consumer-bureau", "rep_0193c1d2", datetime(2026, 11, 20, tzinfo=UTC))
REGISTRY: Final = Origin("registry", "company-registry", "rep_0193c1d3", datetime(2026, 11, 21, tzinfo=UTC))
DECISION: Final = Origin("decision", "decision", "dec_0193c1d2", datetime(2026, 5, 4, tzinfo=UTC))
REFERENCE: Final = Origin("reference", "trade-references", "ref_0193c1d2", datetime(2026, 10, 12, tzinfo=UTC))
PRIME: Final = Origin("indicator", "us-prime-rate", "us-prime-rate@2026-11-20", datetime(2026, 11, 20, tzinfo=UTC))


def usd(amount: int) -> Money:
    return Money(amount * 100, "USD")


def figure(code: str, en: str, zh: str, value: Value | None, origin: Origin) -> Figure:
    return Figure(code, Label(en, zh), value, origin)


def _period(year: int, revenue: int, income: int, equity: int, assets: int) -> Period:
    origin = Origin("statement", "statements", f"stm_{year}", datetime(year + 1, 3, 31, tzinfo=UTC))
    amounts = (
        figure("revenue", "Revenue", "营业收入", usd(revenue), origin),
        figure("net_income", "Net income", "净利润", usd(income), origin),
        figure("total_assets", "Total assets", "资产总计", usd(assets), origin),
        figure("equity", "Equity", "所有者权益", usd(equity), origin),
    )
    return Period(date(year, 12, 31), 12, "us-gaap", "reviewed", amounts, origin)


def _ratio(code: str, en: str, zh: str, unit: str, percentile: int | None, *values: str | None) -> RatioLine:
    found = tuple(None if value is None else Decimal(value) for value in values)
    return RatioLine(code, Label(en, zh), unit, found, percentile, "higher")


ACCOUNTS: Final = Accounts(
    (
        _period(2023, 4_120_000, 182_000, 910_000, 2_310_000),
        _period(2024, 4_655_000, -64_000, 846_000, 2_540_000),
        _period(2025, 5_240_000, 241_000, 1_087_000, 2_705_000),
    ),
    (
        _ratio("current_ratio", "Current ratio", "流动比率", "ratio", 62, "1.412000", "1.205000", "1.530000"),
        _ratio("debt_to_equity", "Debt to equity", "产权比率", "ratio", 41, "1.538462", "2.002364", "1.488500"),
        _ratio("interest_coverage", "Interest coverage", "利息保障倍数", "ratio", None, "4.100000", None, "5.250000"),
        _ratio("net_margin", "Net margin", "销售净利率", "percent", 57, "0.044175", "-0.013749", "0.045992"),
        _ratio("altman_z2", "Altman Z''", "Altman Z'' 值", "ratio", None, "5.412000", "4.380000", "6.105000"),
    ),
    "NAICS 423, 2025 (made up)",
)

HISTORY: Final = (
    Request(
        "app_2",
        "trade-credit",
        usd(250_000),
        "submitted",
        datetime(2026, 11, 21, tzinfo=UTC),
        None,
        (),
        None,
        None,
        None,
        None,
        FILE,
    ),
    Request(
        "app_1",
        "trade-credit",
        usd(120_000),
        "decided",
        datetime(2026, 5, 4, tzinfo=UTC),
        "counter_offer",
        ("EXPOSURE_TOO_HIGH",),
        "B",
        612,
        usd(90_000),
        "dec_0193c1d2",
        DECISION,
    ),
)

REPORT: Final = CreditReport(
    report_id="crr_0193c1d2",
    as_of=NOW,
    subject=Subject(
        party_id=PARTY,
        kind="company",
        names=("Harbour Lane Fixings, Inc.", "海港路五金（美国）公司"),
        identifiers=(("us-ein", "***4729"), ("lei", "***5X21")),
        address="48 Harbour Lane, Oakland 94607, US",
        born_on=date(2011, 4, 18),
        legal_form="corporation",
        country="US",
        industry="423710",
        business_unit="fasteners-west",
        channel="branch",
        known_since=date(2024, 2, 1),
        origin=FILE,
    ),
    group=Group(
        (
            Member(PARTY, "Harbour Lane Fixings, Inc.", "–", (usd(61_500),)),
            Member("pty_b", "Harbour Lane Holdings, LLC", "100 %", ()),
            Member("pty_c", "Pier Nine Tools, Inc.", "75 %", (usd(18_200),)),
        ),
        (usd(79_700),),
        LIMITS,
    ),
    history=HISTORY,
    exposure=Exposure(
        (
            Account(
                "acc_1", "trade-credit", "open", usd(90_000), usd(52_500), usd(9_000), usd(28_500), date(2027, 5, 4)
            ),
        ),
        (
            figure("overdue", "Overdue", "逾期金额", usd(4_300), LIMITS),
            figure("oldest_overdue_days", "Oldest overdue item, days", "最长逾期天数", 17, LIMITS),
            figure("average_days_late", "Average days late", "平均逾期天数", Decimal("3.25"), LIMITS),
        ),
        LIMITS,
    ),
    lookups=(
        Lookup(
            "company-registry",
            True,
            (
                figure("registry_status", "Status in the registry", "登记状态", "active", REGISTRY),
                figure("days_beyond_terms", "Days beyond terms", "超账期天数", 9, REGISTRY),
                figure("judgments_amount", "Judgments filed", "司法判决金额", usd(12_400), REGISTRY),
            ),
            REGISTRY,
        ),
        Lookup("consumer-bureau", False, (), BUREAU),
    ),
    references=(
        figure("trade_references", "Trade references", "商业参考家数", 3, REFERENCE),
        figure("trade_days_slow", "Slowest of them pays after, days", "最长拖欠天数", 12, REFERENCE),
    ),
    accounts=ACCOUNTS,
    adverse=(Adverse("JUDGMENT", "Judgment, county court", date(2024, 8, 2), usd(12_400), False, REGISTRY),),
    indicators=(figure("prime_rate", "US prime rate, %", "美国最优惠利率（%）", Decimal("7.25"), PRIME),),
    opinions=(
        Opinion(
            "opn_1",
            "credit-officer",
            Recommendation.GRANT_LESS,
            usd(150_000),
            "Sales have grown by an eighth and the loss of 2024 has been made up. The open judgment is disputed; "
            "grant up to 150,000 until it is settled.",
            NOW,
        ),
    ),
    unknown=(),
)

EMPTY: Final = replace(
    REPORT,
    subject=replace(REPORT.subject, kind="person", names=(), identifiers=(), address=None, born_on=None),
    group=Group((REPORT.group.members[0],), None, LIMITS),
    history=(),
    exposure=None,
    lookups=(),
    references=(),
    accounts=Accounts((), (), None),
    adverse=(),
    indicators=(),
    opinions=(),
    unknown=("exposure",),
)
