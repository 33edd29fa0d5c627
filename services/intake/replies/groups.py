"""What is shown of ownership and groups over HTTP."""

from collections.abc import Collection
from datetime import date, datetime

from pydantic import BaseModel

from services.intake.domain.exposure import GroupExposure
from services.intake.domain.ownership import Control, Group, Ownership
from shared.http.money import MoneyBody
from shared.money import Money


class OwnershipReply(BaseModel):
    """That a party holds `share` percent of another, or controls it, from `valid_from` to the day before `valid_to`."""

    ownership_id: str
    owner_party_id: str
    owned_party_id: str
    kind: str
    share: str | None
    valid_from: date
    valid_to: date | None
    source: str
    version: int
    stated_by: str
    stated_at: datetime


class OwnershipPage(BaseModel):
    """Ownership of and in a party, the latest stated first."""

    items: list[OwnershipReply]
    next_cursor: str | None


class MemberReply(BaseModel):
    """A member, and the way to it from the party asked about, each step a control in one direction or the other."""

    party_id: str
    path: list[str]


class ControlReply(BaseModel):
    """That a party controls a company: by `share` percent, held `through` itself and others it controls, or as stated.

    `share` is null where control is stated.
    """

    controller_party_id: str
    controlled_party_id: str
    share: str | None
    through: list[str]


class ExposureReply(BaseModel):
    """What is owed by currency: by the `group` together, and by the `own` records of the party asked about.

    Unless `known`, nothing is told: limits did not answer, or not all members are named. It is never zero then.
    """

    known: bool
    as_of: datetime | None
    group: list[MoneyBody]
    own: list[MoneyBody]


class GroupReply(BaseModel):
    """Who belongs together with a party on a day, itself included, by which control, and what they owe now.

    `circles` are companies that own each other. Unless `complete`, there are members that are not named.
    """

    party_id: str
    on: date
    members: list[MemberReply]
    controls: list[ControlReply]
    circles: list[list[str]]
    complete: bool
    exposure: ExposureReply


def location(ownership_id: str) -> str:
    """Return the path of an ownership."""
    return f"/v1/ownership/{ownership_id}"


def ownership_reply(entry: Ownership) -> OwnershipReply:
    """Return the public form of an ownership."""
    return OwnershipReply(
        ownership_id=entry.ownership_id,
        owner_party_id=entry.owner_id,
        owned_party_id=entry.owned_id,
        kind=entry.kind,
        share=None if entry.share is None else format(entry.share, ".4f"),
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        source=entry.source,
        version=entry.version,
        stated_by=entry.stated_by,
        stated_at=entry.stated_at,
    )


def group_reply(group: Group, on: date, exposure: GroupExposure | None, own_ids: Collection[str]) -> GroupReply:
    """Return the public form of a group; `own_ids` are the records of the party asked about."""
    paths = group.paths or {}
    return GroupReply(
        party_id=group.party_id,
        on=on,
        members=[MemberReply(party_id=member, path=list(paths.get(member, ()))) for member in group.members],
        controls=[_control(control) for control in group.controls],
        circles=[list(circle) for circle in group.circles],
        complete=group.complete,
        exposure=ExposureReply(
            known=exposure is not None,
            as_of=None if exposure is None else exposure.as_of,
            group=[] if exposure is None else _amounts(exposure.total()),
            own=[] if exposure is None else _amounts(exposure.of(own_ids)),
        ),
    )


def _control(control: Control) -> ControlReply:
    return ControlReply(
        controller_party_id=control.controller_id,
        controlled_party_id=control.controlled_id,
        share=None if control.share is None else format(control.share, ".4f"),
        through=list(control.through),
    )


def _amounts(amounts: Collection[Money]) -> list[MoneyBody]:
    return [MoneyBody(amount_minor=one.amount_minor, currency=one.currency) for one in amounts]
