"""What is shown of parties over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel

from services.intake.domain.identifiers import SCHEMES, masked
from services.intake.domain.matching import Match, Verdict
from services.intake.domain.party import Attribution, Party, PartyChange, Profile, State


class NameReply(BaseModel):
    """A name."""

    text: str
    use: str


class IdentifierReply(BaseModel):
    """An identifier, all but its last characters masked unless it was revealed."""

    scheme: str
    value: str
    masked: bool


class AddressReply(BaseModel):
    """A postal address."""

    lines: list[str]
    city: str
    postal_code: str
    country: str


class ContactReply(BaseModel):
    """A telephone number or an e-mail address."""

    kind: str
    value: str


class ProfileReply(BaseModel):
    """Who a party is."""

    names: list[NameReply]
    identifiers: list[IdentifierReply]
    addresses: list[AddressReply]
    contacts: list[ContactReply]
    born_on: date | None
    legal_form: str | None


class AttributionReply(BaseModel):
    """Where a party came from and who in the house it belongs to."""

    channel: str | None
    partner: str | None
    business_unit: str | None
    country: str | None
    industry: str | None


class RecordReply(BaseModel):
    """A record of a party; `profile` is null where none was given, or it was erased."""

    party_id: str
    kind: str
    status: str
    merged_into: str | None
    external_ref: str | None
    profile: ProfileReply | None
    attribution: AttributionReply
    version: int
    created_at: datetime


class PartyReply(RecordReply):
    """A party as it stands; `merged` are the records that turned out to be the same party, each as it is."""

    merged: list[RecordReply]


class PartyList(BaseModel):
    """The parties that were found."""

    items: list[RecordReply]


class CandidateReply(BaseModel):
    """Who it may be: from 0 to 1000 points, and codes of what they rest on."""

    party_id: str
    likeness: int
    grounds: list[str]


class MatchReply(BaseModel):
    """Whether a party was known: `unique`, `exact_duplicate`, or `possible_duplicate`, with a case for a person."""

    verdict: str
    candidates: list[CandidateReply]
    case_id: str | None


class TakenInReply(BaseModel):
    """The party that came in; `created` if it wasn't known before."""

    party_id: str
    created: bool
    match: MatchReply


class StateReply(BaseModel):
    """What people edit of a party."""

    profile: ProfileReply | None
    attribution: AttributionReply


class ChangeReply(BaseModel):
    """What somebody did to a record; what it held of the person is null once that was erased."""

    change_id: str
    party_id: str
    version: int
    action: str
    actor: str
    other_party_id: str | None
    before: StateReply | None
    after: StateReply | None
    reason: str | None
    created_at: datetime


class ChangePage(BaseModel):
    """Changes of a party, newest first."""

    items: list[ChangeReply]
    next_cursor: str | None


class SchemeReply(BaseModel):
    """A scheme of identifiers; a `strong` one identifies alone."""

    scheme: str
    label: str
    label_zh: str
    strong: bool


class SchemeList(BaseModel):
    """The schemes of identifiers that are known."""

    items: list[SchemeReply]


def location(party_id: str) -> str:
    """Return the path of a party."""
    return f"/v1/parties/{party_id}"


def taken_in_reply(party_id: str, match: Match | None, case_id: str | None, *, created: bool) -> TakenInReply:
    """Return the public form of what became of a party that came in; one known by its number is a duplicate."""
    known = Verdict.UNIQUE if created else Verdict.EXACT_DUPLICATE
    candidates = () if match is None else match.candidates
    return TakenInReply(
        party_id=party_id,
        created=created,
        match=MatchReply(
            verdict=known if match is None else match.verdict,
            candidates=[
                CandidateReply(party_id=one.party_id, likeness=one.likeness, grounds=list(one.grounds))
                for one in candidates
            ],
            case_id=case_id,
        ),
    )


def party_reply(party: Party, merged: Sequence[Party], *, reveal: bool = False) -> PartyReply:
    """Return the public form of a party and the records that are part of it."""
    own = record_reply(party, reveal=reveal)
    records = [record_reply(record, reveal=reveal) for record in merged]
    return PartyReply(**dict(own), merged=records)


def record_reply(party: Party, *, reveal: bool = False) -> RecordReply:
    """Return the public form of one record."""
    return RecordReply(
        party_id=party.party_id,
        kind=party.kind,
        status=party.status,
        merged_into=party.merged_into,
        external_ref=party.external_ref,
        profile=None if party.profile is None else _profile(party.profile, reveal=reveal),
        attribution=_attribution(party.attribution),
        version=party.version,
        created_at=party.created_at,
    )


def change_reply(change: PartyChange) -> ChangeReply:
    """Return the public form of a change, its identifiers masked."""
    return ChangeReply(
        change_id=change.change_id,
        party_id=change.party_id,
        version=change.version,
        action=change.action,
        actor=change.actor,
        other_party_id=change.other_party_id,
        before=_state(change.before),
        after=_state(change.after),
        reason=change.reason,
        created_at=change.created_at,
    )


def scheme_list() -> SchemeList:
    """Return the public form of the schemes of identifiers."""
    return SchemeList(
        items=[
            SchemeReply(scheme=one.name, label=one.label, label_zh=one.label_zh, strong=one.strong)
            for one in SCHEMES.values()
        ]
    )


def _state(state: State | None) -> StateReply | None:
    if state is None:
        return None
    profile = None if state.profile is None else _profile(state.profile, reveal=False)
    return StateReply(profile=profile, attribution=_attribution(state.attribution))


def _profile(profile: Profile, *, reveal: bool) -> ProfileReply:
    return ProfileReply(
        names=[NameReply(text=one.text, use=one.use) for one in profile.names],
        identifiers=[
            IdentifierReply(scheme=one.scheme, value=one.value if reveal else masked(one), masked=not reveal)
            for one in profile.identifiers
        ],
        addresses=[
            AddressReply(lines=list(one.lines), city=one.city, postal_code=one.postal_code, country=one.country)
            for one in profile.addresses
        ],
        contacts=[ContactReply(kind=one.kind, value=one.value) for one in profile.contacts],
        born_on=profile.born_on,
        legal_form=profile.legal_form,
    )


def _attribution(attribution: Attribution) -> AttributionReply:
    return AttributionReply(
        channel=attribution.channel,
        partner=attribution.partner,
        business_unit=attribution.business_unit,
        country=attribution.country,
        industry=attribution.industry,
    )
