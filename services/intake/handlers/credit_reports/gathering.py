"""A credit report is put together: first from the credit file, then with what limits says, outside any transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.intake.domain.application import Application
from services.intake.domain.credit_report import (
    Account,
    CreditReport,
    Exposure,
    Figure,
    Group,
    Member,
    Opinion,
    Origin,
    Subject,
)
from services.intake.domain.exposure import Behaviour, GroupExposure, LimitAccount, added
from services.intake.domain.finding import Finding, FindingKind
from services.intake.domain.identifiers import masked
from services.intake.domain.ownership import Group as Linked
from services.intake.domain.party import Party, PartyStatus
from services.intake.domain.report import Report
from services.intake.domain.statements.analysis import Analysis
from services.intake.handlers import groups, indicators
from services.intake.handlers.credit_reports import figures
from services.intake.handlers.statements import analysing
from services.intake.limits_client import LimitsClient
from services.intake.report.labels import named
from services.intake.store import applications, findings, opinions, parties, reports
from services.intake.store import indicators as indicator_series
from services.intake.vault import Vault
from shared.db import Database, Transaction, clock
from shared.errors import not_found
from shared.ids import new_id

_MOST_APPLICATIONS: Final = 20
_MOST_OPINIONS: Final = 3
_LATEST: Final = "app_~"
"""Sorts after every application id."""
_CURRENT: Final = "current"
_REFERENCES: Final = frozenset({FindingKind.REFERENCE})


@dataclass(frozen=True, slots=True)
class _File:
    """What the credit file holds of a party, read at one moment."""

    now: datetime
    party: Party
    names: Mapping[str, str]
    group: Linked
    records: Mapping[str, Collection[str]]
    applications: tuple[Application, ...]
    reports: tuple[Report, ...]
    analysis: Analysis
    references: tuple[Finding, ...]
    indicators: tuple[Figure, ...]
    opinions: tuple[Opinion, ...]


async def gather(db: Database, vault: Vault, limits: LimitsClient, party_id: str) -> CreditReport:
    """Return the credit report of a party as of now; one whose record was merged has the report of the other.

    Raises `Refusal` with 404 for a party that does not exist. Where limits is away the report says what is unknown.
    """
    async with db.transaction() as tx:
        file = await _read(tx, vault, party_id)
    everyone = {record for member in file.group.members for record in file.records.get(member, (member,))}
    known = await limits.exposure(everyone)
    own = frozenset(file.records[file.party.party_id])
    accounts = [] if known is None else [one for one in known.accounts if one.party_id in own]
    behaviour = None if known is None else await limits.behaviour([one.account_id for one in accounts])
    return _written(file, known, accounts, behaviour)


async def _read(tx: Transaction, vault: Vault, party_id: str) -> _File:
    now = await clock(tx)
    survivor = (await parties.surviving(tx, [party_id])).get(party_id)
    if survivor is None:
        raise not_found("party_not_found", "there is no such party")
    group = await groups.members(tx, survivor, now.date())
    found = await parties.find(tx, vault, group.members)
    party = found[survivor]
    records = await parties.records(tx, group.members)
    own = records[survivor]
    asked = await applications.page(tx, applications.Filter(party_ids=own), _LATEST, _MOST_APPLICATIONS)
    told = await findings.newest(tx, own)
    said = (await indicators.findings(tx, {survivor: party.attribution}, now)).get(survivor, [])
    series = await indicator_series.find(tx, {one.source for one in said})
    return _File(
        now=now,
        party=party,
        names={one.party_id: _name(one) for one in found.values()},
        group=group,
        records=records,
        applications=tuple(asked),
        reports=tuple(await reports.of_party(tx, vault, survivor)),
        analysis=(await analysing.of_party(tx, vault, survivor)).analysis,
        references=tuple(
            one for each in told.values() for one in each if one.kind in _REFERENCES and one.counts_at(now)
        ),
        indicators=figures.of_indicators(said, series),
        opinions=tuple(await opinions.of_parties(tx, vault, own, _MOST_OPINIONS)),
    )


def _written(
    file: _File, known: GroupExposure | None, accounts: list[LimitAccount], behaviour: Behaviour | None
) -> CreditReport:
    unknown = [name for name, missing in (("exposure", known is None), ("payment", behaviour is None)) if missing]
    return CreditReport(
        report_id=new_id("crr"),
        as_of=file.now,
        subject=_subject(file.party, file.now),
        group=_group(file, known),
        history=figures.requests(file.applications),
        exposure=None if known is None else _exposure(accounts, known.as_of, behaviour),
        lookups=figures.lookups(file.reports),
        references=figures.of_findings(file.references),
        accounts=figures.accounts(file.analysis),
        adverse=figures.adverse(file.reports),
        indicators=file.indicators,
        opinions=file.opinions,
        unknown=tuple(unknown if known is not None else ["exposure"]),
    )


def _subject(party: Party, now: datetime) -> Subject:
    profile, attribution = party.profile, party.attribution
    address = profile.addresses[0] if profile is not None and profile.addresses else None
    shown = None if address is None else ", ".join((*address.lines, address.city, address.postal_code, address.country))
    known = () if profile is None else profile.identifiers
    return Subject(
        party_id=party.party_id,
        kind=party.kind,
        names=() if profile is None else tuple(name.text for name in profile.names),
        identifiers=tuple((each.scheme, masked(each)) for each in known),
        address=shown,
        born_on=None if profile is None else profile.born_on,
        legal_form=None if profile is None else profile.legal_form,
        country=attribution.country,
        industry=attribution.industry,
        business_unit=attribution.business_unit,
        channel=attribution.channel,
        known_since=party.created_at.date(),
        origin=Origin("file", "intake", f"{party.party_id}/{party.version}", now),
    )


def _name(party: Party) -> str:
    if party.profile is None or party.status is PartyStatus.ERASED or not party.profile.names:
        return party.party_id
    return party.profile.names[0].text


def _group(file: _File, known: GroupExposure | None) -> Group:
    as_of = file.now if known is None else known.as_of
    members = tuple(
        Member(
            party_id=member,
            name=file.names.get(member, member),
            held=_held(file.group, member),
            exposure=None if known is None else tuple(known.of(file.records.get(member, (member,)))),
        )
        for member in file.group.members
    )
    whole = None if known is None or not file.group.complete else tuple(known.total())
    return Group(members, whole, Origin("limits", "limits", None, as_of))


def _held(group: Linked, member: str) -> str:
    """Return by how much, and through how many companies, a member is controlled in its group."""
    control = next((each for each in group.controls if each.controlled_id == member), None)
    if control is None:
        return "–"
    return "control" if control.share is None else f"{control.share.normalize():f} %"


def _exposure(accounts: list[LimitAccount], as_of: datetime, behaviour: Behaviour | None) -> Exposure:
    origin = Origin("limits", "limits", None, as_of)
    shown = tuple(
        Account(
            account_id=one.account_id,
            product=one.product,
            status=one.status,
            limit=one.limit,
            posted=one.posted,
            reserved=one.reserved,
            available=one.available,
            review_due_on=one.review_due_on,
        )
        for one in accounts
    )
    return Exposure(shown, () if behaviour is None else _payment(behaviour, origin), origin)


def _payment(behaviour: Behaviour, origin: Origin) -> tuple[Figure, ...]:
    """Return what is open, overdue and disputed, a figure for each currency."""
    overdue = added(amount for bucket, amounts in behaviour.open.items() if bucket != _CURRENT for amount in amounts)
    told = [("open", added(amount for amounts in behaviour.open.values() for amount in amounts)), ("overdue", overdue)]
    told += [(f"overdue_{bucket}", list(amounts)) for bucket, amounts in behaviour.open.items() if bucket != _CURRENT]
    told.append(("disputed", list(behaviour.disputed)))
    return tuple(Figure(code, named(code), amount, origin) for code, amounts in told for amount in amounts)
