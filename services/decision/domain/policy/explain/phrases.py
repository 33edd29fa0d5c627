"""The sentences of explanations, in English and Chinese side by side."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from string import Formatter
from typing import Final
from unicodedata import east_asian_width


class Language(StrEnum):
    """A language that explanations are written in."""

    EN = "en"
    ZH = "zh"


def say(language: Language, key: str, **parts: object) -> str:
    """Return the phrase `key` with its parts put in; parts are put in as they are, whatever braces they have."""
    english, chinese = PHRASES[key]
    if language is Language.EN:
        return english.format(**parts)
    said = ""
    for literal, name, _, _ in Formatter().parse(chinese):
        said = _joined(said, literal)
        if name is not None:
            said = _joined(said, str(parts[name]))
    return said


def listing(language: Language, words: Sequence[str], link: str) -> str:
    """Return `words` as a list: `all` of the statements hold, these `and` those, these `or` those."""
    if len(words) < 2:
        return "".join(words)
    comma, last = say(language, f"comma.{link}"), say(language, f"link.{link}")
    if language is Language.EN:
        return f"{comma.join(words[:-1])}{last}{words[-1]}"
    return _joined(_joined(comma.join(words[:-1]), last), words[-1])


def _joined(left: str, right: str) -> str:
    """Return the Chinese text `left` and `right` in one.

    A space sets Latin words and numbers off, so there is none where they meet in Chinese characters on both sides.
    """
    if left.endswith(" ") and _is_wide(left[-2:-1]) and _is_wide(right[:1]):
        return left[:-1] + right
    if right.startswith(" ") and _is_wide(left[-1:]) and _is_wide(right[1:2]):
        return left + right[1:]
    return left + right


def _is_wide(character: str) -> bool:
    """Tell whether a character is as wide as Chinese ones; quotation marks are where they stand among those."""
    return character != "" and (character in "“”" or east_asian_width(character) in ("W", "F"))


PHRASES: Final[Mapping[str, tuple[str, str]]] = {
    # Headings of sections, by audience.
    "heading.officer.reasons": ("Reasons", "原因"),
    "heading.officer.rules": ("Rules that hit", "命中的规则"),
    "heading.officer.missing": ("What is missing", "缺失的信息"),
    "heading.officer.grade": ("Grade", "等级"),
    "heading.officer.matrix": ("Decision matrix", "决策矩阵"),
    "heading.officer.terms": ("Limit, price and other terms", "额度、价格及其他条款"),
    "heading.officer.conditions": ("Conditions before money moves", "放款前提条件"),
    "heading.officer.routing": ("Where it goes", "流转去向"),
    "heading.officer.near_misses": ("Nearest misses", "差一点命中的规则"),
    "heading.officer.what_would_change": ("What would change it", "怎样会改变结果"),
    "heading.officer.figures": ("How the figures came about", "各项指标的计算"),
    "heading.consumer.reasons": ("The principal reasons", "主要原因"),
    "heading.consumer.missing": ("What we still need to know", "我们还需了解的信息"),
    "heading.consumer.terms": ("The terms", "条款"),
    "heading.consumer.conditions": ("What has to be in place first", "放款前需满足的条件"),
    "heading.consumer.what_would_change": ("What would help", "怎样会有帮助"),
    # The outcome.
    "outcome.officer.approve": ("Approved: {amount}{price}.", "批准：{amount}{price}。"),
    "outcome.officer.counter_offer": (
        "Counter-offer: {amount}{price}, instead of the {requested} asked for.",
        "还价：{amount}（申请金额 {requested}）{price}。",
    ),
    "outcome.officer.refer": ("Referred: a person decides.", "转人工审批。"),
    "outcome.officer.pend_info": ("Pending: information is needed first.", "待补充资料。"),
    "outcome.officer.decline": ("Declined.", "拒绝。"),
    "outcome.consumer.approve": (
        "Your application is approved: {amount}{price}.",
        "您的申请已获批准：{amount}{price}。",
    ),
    "outcome.consumer.counter_offer": (
        "We offer you {amount}{price}, instead of the {requested} you asked for.",
        "您申请的金额为 {requested}，我们可以提供 {amount}{price}。",
    ),
    "outcome.consumer.refer": (
        "A credit officer will look at your application and decide.",
        "您的申请将由信贷专员人工审批。",
    ),
    "outcome.consumer.pend_info": (
        "We need more information before we can decide on your application.",
        "在作出决定之前，我们还需要您补充资料。",
    ),
    "outcome.consumer.decline": ("We cannot approve your application.", "很抱歉，我们未能批准您的申请。"),
    "outcome.price": (" at {rate} a year", "，年利率 {rate}"),
    "outcome.name.approve": ("approval", "批准"),
    "outcome.name.counter_offer": ("a counter-offer", "还价"),
    "outcome.name.refer": ("a referral", "转人工"),
    "outcome.name.pend_info": ("a request for information", "待补充资料"),
    "outcome.name.decline": ("a decline", "拒绝"),
    "outcome.told.approve": ("approval", "批准"),
    "outcome.told.counter_offer": ("an offer", "提供其他方案"),
    "outcome.told.refer": ("that a credit officer looks at it", "由信贷专员人工审批"),
    "outcome.told.pend_info": ("that we ask for more information", "需要您补充资料"),
    # Where a rule stands.
    "place.eligibility": ("eligibility rule {row}", "准入规则第 {row} 行"),
    "place.knock_outs": ("knock-out rule {row}", "否决规则第 {row} 行"),
    "place.grade": ("row {row} of the grade table", "等级表第 {row} 行"),
    "place.matrix": ("row {row} of the matrix", "决策矩阵第 {row} 行"),
    "place.conditions": ("row {row} of the conditions", "条件表第 {row} 行"),
    "place.routing": ("row {row} of the routing", "流转表第 {row} 行"),
    # What rules did.
    "reason": ("{code}: {wording}", "{code}：{wording}"),
    "rule.hit": ("{place} asks for {outcome} ({code}): {because}.", "{place}要求{outcome}（{code}）：{because}。"),
    "rule.missing": (
        "{place} ({code}) cannot be told, because {missing} is missing; this asks for {outcome}.",
        "{place}（{code}）无法判断，因为缺少 {missing}；按规定{outcome}。",
    ),
    "rule.unresolved": (
        "{place} ({code}) has no result; this asks for {outcome}.",
        "{place}（{code}）没有结果；按规定{outcome}。",
    ),
    "rules.none": ("No eligibility or knock-out rule hit.", "没有命中任何准入或否决规则。"),
    "grade.hit": ("Grade {grade}: {because}.", "等级 {grade}：{because}。"),
    "grade.unresolved": ("The grade cannot be told{why}.", "无法确定等级{why}。"),
    "matrix.hit": ("{place} applies and gives {offer}: {because}.", "适用{place}，给出{offer}：{because}。"),
    "matrix.unresolved": ("No row of the matrix can be told to apply{why}.", "无法确定适用决策矩阵的哪一行{why}。"),
    "matrix.overruled": (
        "A graver finding prevails over what the matrix gives.",
        "其他规则的结论更严重，优先于决策矩阵的结论。",
    ),
    "offer.share": (", {share} of the amount asked for", "，申请金额的 {share}"),
    "offer.rate": (", at {rate} a year", "，年利率 {rate}"),
    "otherwise": ("none of the other rows holds", "其他各行均不成立"),
    "near.finding": ("{outcome}, {code}", "{outcome}，{code}"),
    "near.grade": ("grade {grade}", "等级 {grade}"),
    "why.missing": (", because {missing} is missing", "，因为缺少 {missing}"),
    "conditions.hit": ("{code}: {wording} Required because {because}.", "{code}：{wording}适用原因：{because}。"),
    "conditions.missing": (
        "{code}: {wording} Required because it cannot be told whether it is needed: {missing} is missing.",
        "{code}：{wording}因缺少 {missing}，无法判断是否需要，故要求满足。",
    ),
    "conditions.unresolved": (
        "{code} cannot be told, because {missing} is missing; nothing is granted.",
        "{code} 无法判断，因为缺少 {missing}；不予授信。",
    ),
    "routing.hit": ("Queue {queue}: {because}.", "队列 {queue}：{because}。"),
    # Terms and figures.
    "terms.limit": ("Limit: {sum}.", "额度：{sum}。"),
    "terms.rate": ("Price a year: {sum}.", "年利率：{sum}。"),
    "terms.rate_of_matrix": ("Price a year: {rate}, as the matrix row states.", "年利率：{rate}，由决策矩阵该行规定。"),
    "terms.other": ("{label}: {sum}.", "{label}：{sum}。"),
    "terms.value": ("{label}: {value}", "{label}：{value}"),
    "terms.rounded": (
        "{exact}, rounded down to full {multiple}: {amount}",
        "{exact}，向下取整至 {multiple} 的整数倍：{amount}",
    ),
    "terms.less": (
        "The limit is below the {requested} asked for, so the approval becomes a counter-offer ({code}).",
        "额度低于申请金额 {requested}，因此批准改为还价（{code}）。",
    ),
    "terms.missing": ("The {term} cannot be told{why}; nothing is granted.", "无法确定 {term}{why}；不予授信。"),
    "terms.unusable": (
        "The limit is {sum}, which the policy does not grant; a person decides.",
        "额度为 {sum}，政策不予授信，转人工审批。",
    ),
    "term.limit": ("limit", "额度"),
    "term.rate": ("price", "年利率"),
    "sum": ("{formula} = {value}", "{formula} = {value}"),
    "sum.with": ("{formula} = {value}, with {operands}", "{formula} = {value}，其中 {operands}"),
    "operands": ("{formula}, with {operands}", "{formula}，其中 {operands}"),
    "figure": ("{label} {value}: {how}.", "{label} 为 {value}：{how}。"),
    "figure.flag": ("{label}: {value}, because {how}.", "{label}：{value}，因为 {how}。"),
    "figure.missing": ("{label} cannot be told{why}.", "无法得出 {label}{why}。"),
    "figure.row": ("{value} because {because}", "{value}（{because}）"),
    "aggregate.SUM": ("the sum of {parts}", "以下各项之和：{parts}"),
    "aggregate.MIN": ("the least of {parts}", "以下各项中的最小值：{parts}"),
    "aggregate.MAX": ("the greatest of {parts}", "以下各项中的最大值：{parts}"),
    "aggregate.COUNT": ("the number of these: {parts}", "以下各项的个数：{parts}"),
    "aggregate.none": ("no row holds", "没有成立的行"),
    # Near misses.
    "near": (
        "One condition short of {place} ({leads}): {short}.",
        "{place}（{leads}）只差一个条件：{short}。",
    ),
    "near.one": ("{subject} {value} would have to be {predicate}", "{subject} 为 {value}，须{predicate}"),
    "near.other": ("this would have to hold: {sentence}", "须满足：{sentence}"),
    # What would change it.
    "change": (
        "If {changes}, and everything else stayed the same, the answer would be {outcome}{grant}.",
        "在其他情况不变时，如果 {changes}，结果将是：{outcome}{grant}。",
    ),
    "change.fact": ("{label} were {after} instead of {before}", "{label} 由 {before} 改为 {after}"),
    "change.grant": (": {amount}{price}", "（{amount}{price}）"),
    "change.score": (
        "The score may change with these facts; this assumes that it stays the same.",
        "评分可能随这些信息变化；此处假设评分不变。",
    ),
    "change.none.officer": (
        "No change of what the applicant can change leads to a milder outcome.",
        "申请人可以改变的事项，均不能使结果变得更有利。",
    ),
    "change.none.consumer": (
        "We found nothing that you could change in the application by itself that would change the answer.",
        "我们没有发现仅靠调整申请内容就能改变结果的办法。",
    ),
    "change.cut_short": (
        "The search was cut short: there may be a change that it did not come to.",
        "搜索已达上限，可能还有未尝试到的调整。",
    ),
    # Tests.
    "is": ("{subject} {value} is {predicate}", "{subject} 为 {value}，{predicate}"),
    "is.bare": ("{subject} is {predicate}", "{subject} {predicate}"),
    "is.value": ("{subject} is {value}", "{subject} 为 {value}"),
    "is.flag": ("{subject}: {value}", "{subject}：{value}"),
    "is.missing": ("{subject} is missing", "{subject} 缺失"),
    "is.known": ("{subject} is known", "{subject} 已知"),
    "predicate.=": ("{bound}", "等于 {bound}"),
    "predicate.!=": ("other than {bound}", "不等于 {bound}"),
    "predicate.<": ("below {bound}", "低于 {bound}"),
    "predicate.<=": ("at most {bound}", "不超过 {bound}"),
    "predicate.>": ("above {bound}", "高于 {bound}"),
    "predicate.>=": ("at least {bound}", "不低于 {bound}"),
    "predicate.day.<": ("before {bound}", "早于 {bound}"),
    "predicate.day.<=": ("on or before {bound}", "不晚于 {bound}"),
    "predicate.day.>": ("after {bound}", "晚于 {bound}"),
    "predicate.day.>=": ("on or after {bound}", "不早于 {bound}"),
    "predicate.within": ("from {low} to {high}", "在 {low} 至 {high} 之间（含两端）"),
    "predicate.outside": ("outside {low} to {high}", "不在 {low} 至 {high} 之间"),
    "predicate.members": ("{members}", "为 {members}"),
    "predicate.no_member": ("none of {members}", "不是 {members}"),
    "predicate.missing": ("missing", "缺失"),
    "predicate.known": ("known", "已知"),
    "predicate.not": ("not ({predicate})", "不满足（{predicate}）"),
    "members.more": ("{number} more", "另外 {number} 项"),
    "nested": ("({sentence})", "（{sentence}）"),
    "not": ("it does not hold that {sentence}", "以下不成立：{sentence}"),
    "quoted": ("the condition {text} holds", "条件 {text} 成立"),
    "quoted.with": ("the condition {text} holds, with {operands}", "条件 {text} 成立，其中 {operands}"),
    "operand": ("{name} = {value}", "{name} = {value}"),
    "choice": ("({then} if {condition}, otherwise {otherwise})", "（若 {condition}，则为 {then}，否则为 {otherwise}）"),
    "bound.with_value": ("{words} ({value})", "{words}（{value}）"),
    "comma.all": (", ", "，"),
    "comma.and": (", ", "、"),
    "comma.or": (", ", "、"),
    "comma.both": (", ", "、"),
    "link.both": (" and ", " 且 "),
    "link.all": (" and ", "，且"),
    "link.and": (" and ", " 和 "),
    "link.or": (" or ", " 或 "),
    # Names and values.
    "label.quoted": ("“{label}”", "“{label}”"),
    "name.grade": ("grade", "等级"),
    "name.outcome": ("outcome", "结果"),
    "name.share": ("share", "比例"),
    "name.rate": ("price a year", "年利率"),
    "name.limit": ("limit", "额度"),
    "name.today()": ("today", "当日"),
    "name.now()": ("now", "当前时刻"),
    "value.true": ("yes", "是"),
    "value.false": ("no", "否"),
    "value.missing": ("missing", "缺失"),
    "value.text": ("“{text}”", "“{text}”"),
    "value.unit": ("{number} {unit}", "{number} {unit}"),
    "unit.months": ("{number} months", "{number} 个月"),
    "unit.days": ("{number} days", "{number} 天"),
    "unit.years": ("{number} years", "{number} 年"),
    "unit.points": ("{number} points", "{number} 分"),
    "month.1": ("January", ""),
    "month.2": ("February", ""),
    "month.3": ("March", ""),
    "month.4": ("April", ""),
    "month.5": ("May", ""),
    "month.6": ("June", ""),
    "month.7": ("July", ""),
    "month.8": ("August", ""),
    "month.9": ("September", ""),
    "month.10": ("October", ""),
    "month.11": ("November", ""),
    "month.12": ("December", ""),
    "value.date": ("{day} {month} {year}", "{year}年{number}月{day}日"),
}
