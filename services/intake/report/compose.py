"""The credit report in words: one sheet, part by part."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from services.intake.domain.credit_report import (
    Account,
    Adverse,
    CreditReport,
    Exposure,
    Figure,
    Group,
    Lookup,
    Request,
)
from services.intake.report.figures import Sources, day, label, shown, total
from services.intake.report.sheet import Block, Cell, Grid, Note, Pairs, Part, Sheet, Signatures
from services.intake.report.statements import statements
from services.intake.report.words import WORDS, said

_SHOWN_REQUESTS: Final = 6


def sheet(report: CreditReport, lang: str) -> Sheet:
    """Return the report in a language (`en` or `zh`)."""
    sources = Sources(lang)
    say = partial(said, lang)
    written: list[tuple[str, Sequence[Block]]] = [
        ("identity", _identity(report, lang, sources)),
        ("group", _group(report.group, lang, sources)),
        ("exposure", _exposure(report.exposure, lang, sources)),
        ("history", _history(report.history, lang, sources)),
        ("bureau", _lookups(report.lookups, lang, sources)),
        ("statements", statements(report.accounts, lang, sources)),
        ("references", _pairs(report.references, lang, sources)),
        ("adverse", _adverse(report, lang, sources)),
        ("indicators", _pairs(report.indicators, lang, sources)),
        ("opinion", _opinion(report, lang)),
    ]
    parts = tuple(Part(name, say(name), tuple(blocks)) for name, blocks in written if blocks)
    subject = report.subject
    return Sheet(
        lang=lang,
        kicker=say("kicker"),
        title=subject.names[0] if subject.names else subject.party_id,
        subtitle=say("subtitle", party_id=subject.party_id, as_of=f"{report.as_of:%Y-%m-%d %H:%M} UTC"),
        parts=parts,
        sources_title=say("sources"),
        sources=sources.listed(),
    )


def _identity(report: CreditReport, lang: str, sources: Sources) -> list[Block]:
    say = partial(said, lang)
    subject = report.subject
    stated: list[tuple[str, str | None]] = [
        (say("kind"), say(subject.kind)),
        (say("names"), "; ".join(subject.names[1:]) or None),
        *((scheme, value) for scheme, value in subject.identifiers),
        (say("address"), subject.address),
        (say(f"born_{subject.kind}"), None if subject.born_on is None else subject.born_on.isoformat()),
        (say("legal_form"), subject.legal_form),
        (say("industry"), subject.industry),
        (say("business_unit"), subject.business_unit),
        (say("channel"), subject.channel),
        (say("known_since"), subject.known_since.isoformat()),
    ]
    blocks: list[Block] = []
    if report.unknown:
        blocks.append(Note(say("unknown", what=", ".join(say(name) for name in report.unknown)), alarm=True))
    rows = tuple((name, sources.cell(text, subject.origin)) for name, text in stated if text is not None)
    return [*blocks, Pairs(rows)]


def _group(group: Group, lang: str, sources: Sources) -> list[Block]:
    say = partial(said, lang)
    if len(group.members) < 2:
        return [Note(say("alone"))]
    rows = tuple(
        (
            sources.cell(member.name, group.origin),
            Cell(member.held),
            Cell(say("unknown_value") if member.exposure is None else total(member.exposure) or shown(lang, None)),
        )
        for member in group.members
    )
    known = group.exposure
    whole = Cell(say("unknown_value"), alarm=True) if known is None else sources.cell(total(known), group.origin)
    return [
        Grid((say("member"), say("held"), say("exposure_of")), rows, texts=2),
        Pairs(((say("group_exposure"), whole),)),
    ]


def _exposure(exposure: Exposure | None, lang: str, sources: Sources) -> list[Block]:
    say = partial(said, lang)
    if exposure is None:
        return [Note(say("unknown", what=say("exposure")), alarm=True)]
    if not exposure.accounts:
        return [Note(say("no_account"))]
    heads = ("account", "status", "limit", "posted", "reserved", "available", "utilization", "review")
    rows = tuple(_account(account, lang, sources, exposure) for account in exposure.accounts)
    payment = _pairs(exposure.payment, lang, sources) or [Note(say("no_payment"))]
    return [Grid(tuple(say(head) for head in heads), rows, texts=2), *payment]


def _account(account: Account, lang: str, sources: Sources, exposure: Exposure) -> tuple[Cell, ...]:
    used = account.utilization_permille
    overdrawn = account.available is not None and account.available.amount_minor < 0
    return (
        sources.cell(account.product, exposure.origin),
        Cell(account.status),
        Cell(shown(lang, account.limit)),
        Cell(shown(lang, account.posted)),
        Cell(shown(lang, account.reserved)),
        Cell(shown(lang, account.available), alarm=overdrawn),
        Cell(shown(lang, None) if used is None else f"{used // 10}.{used % 10} %", alarm=overdrawn),
        Cell(shown(lang, account.review_due_on)),
    )


def _history(history: Sequence[Request], lang: str, sources: Sources) -> list[Block]:
    say = partial(said, lang)
    if not history:
        return [Note(say("no_history"))]
    heads = ("date", "product", "outcome", "reasons", "grade_score", "requested", "granted")
    rows = tuple(
        (
            sources.cell(day(entry.received_at), entry.origin),
            Cell(entry.product),
            Cell(entry.state if entry.outcome is None else say(f"outcome_{entry.outcome}")),
            Cell(", ".join(entry.reasons) or shown(lang, None)),
            Cell(" / ".join(str(part) for part in (entry.grade, entry.score) if part is not None) or shown(lang, None)),
            Cell(shown(lang, entry.requested)),
            Cell(shown(lang, entry.limit)),
        )
        for entry in history[:_SHOWN_REQUESTS]
    )
    return [Grid(tuple(say(head) for head in heads), rows, texts=5)]


def _lookups(lookups: Sequence[Lookup], lang: str, sources: Sources) -> list[Block]:
    if not lookups:
        return [Note(said(lang, "no_bureau"))]
    blocks: list[Block] = []
    for lookup in lookups:
        if not lookup.found:
            blocks.append(Note(said(lang, "not_found", source=lookup.source)))
        else:
            blocks += _pairs(lookup.figures, lang, sources)
    return blocks


def _pairs(figures: Sequence[Figure], lang: str, sources: Sources) -> list[Block]:
    rows = tuple((label(lang, each.label), sources.figure(each)) for each in figures)
    return [Pairs(rows)] if rows else []


def _adverse(report: CreditReport, lang: str, sources: Sources) -> list[Block]:
    say = partial(said, lang)
    if not report.adverse:
        return [Note(say("no_adverse"))]
    rows = tuple(
        (
            sources.cell(item.occurred_on.isoformat(), item.origin),
            Cell(_adversity(item, lang)),
            Cell(say("settled" if item.settled else "unsettled"), alarm=not item.settled),
            Cell(shown(lang, item.amount)),
        )
        for item in report.adverse
    )
    return [Grid((say("date"), say("what"), say("status"), say("amount")), rows, texts=3)]


def _adversity(item: Adverse, lang: str) -> str:
    """Return what an item is: in the words of its source, or in Chinese by its code where that has words."""
    key = f"adverse_{item.code.lower()}"
    return said(lang, key) if lang == "zh" and key in WORDS else item.description


def _opinion(report: CreditReport, lang: str) -> list[Block]:
    say = partial(said, lang)
    blocks: list[Block] = []
    for opinion in report.opinions:
        limit = "" if opinion.limit is None else say("up_to", limit=str(opinion.limit))
        advice = say(opinion.recommendation)
        blocks.append(
            Note(
                say("opinion_of", author=opinion.author, date=day(opinion.given_at), recommendation=advice, limit=limit)
            )
        )
        blocks.append(Note(opinion.words))
    return [*(blocks or [Note(say("no_opinion"))]), Signatures((say("signed_by"), say("approved_by")))]
