"""Who owns and controls whom on a day, and who belongs together by it: a group.

A party controls a company when it holds more than half of it, counting what the companies that it controls hold, or
when control is stated. (The part of IFRS 10 and of the "connected clients" of CRR article 4(1)(39) that numbers tell;
the rest is stated as control.) A group is everybody who is linked by control, in whatever direction.

Shares are exact decimals. Companies that hold each other (cross-holdings) exist, and are named; nothing goes round.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

WHOLE: Final = Decimal(100)
HALF: Final = Decimal(50)
MOST_CONTROLS: Final = 5_000
"""A group in which more is controlled, counted once for each at the top, isn't looked at to its end."""


class Holding(StrEnum):
    """What an owner has: a share, or control by other means (votes, contract, personal union)."""

    OWNERSHIP = "ownership"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Ownership:
    """That `owner_id` holds `share` percent of `owned_id` (four decimal places), or controls it.

    It holds from `valid_from` to the day before `valid_to`. `source` says where that is known from.
    """

    ownership_id: str
    owner_id: str
    owned_id: str
    kind: Holding
    share: Decimal | None
    valid_from: date
    valid_to: date | None
    source: str
    stated_by: str
    stated_at: datetime
    version: int = 1

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Edge:
    """A share (percent), or stated control (None), of one party in another, on the day in question.

    `record_id` is the record of the owned party that it is stated of: merged records may state the same twice.
    """

    owner_id: str
    owned_id: str
    share: Decimal | None
    record_id: str


@dataclass(frozen=True, slots=True)
class Control:
    """That a party controls a company: by `share` percent that those of `through` hold, or as is stated of them.

    They are the party itself and companies that it controls. `share` is None where control is stated.
    """

    controller_id: str
    controlled_id: str
    share: Decimal | None
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Who belongs together with a party on a day, itself included, and why.

    `controls` tell of those at the top whom they control. `paths` lead from the party to each member, from holder to
    held or back; `circles` are companies that own each other. Where too much is linked to look at, `complete` is False:
    there are members that are not named.
    """

    party_id: str
    members: tuple[str, ...]
    controls: tuple[Control, ...] = ()
    paths: Mapping[str, tuple[str, ...]] | None = None
    circles: tuple[tuple[str, ...], ...] = ()
    complete: bool = True


def most_held(stated: Sequence[Ownership], start: date, end: date | None) -> tuple[Decimal, date]:
    """Return the largest sum of shares in one company on any day from `start` to before `end`, and its first day.

    `stated` are ownerships in that company.
    """
    # A sum rises only where something begins.
    begins = {start} | {entry.valid_from for entry in stated if entry.valid_from > start}
    days = sorted(day for day in begins if end is None or day < end)
    return max(((_held_on(stated, day), day) for day in days), default=(Decimal(0), start), key=lambda found: found[0])


def _held_on(stated: Sequence[Ownership], day: date) -> Decimal:
    return sum((entry.share for entry in stated if entry.share is not None and entry.holds_on(day)), Decimal(0))


def worth_knowing(group: Group, edges: Collection[Edge]) -> tuple[set[str], set[str]]:
    """Return whose owners, and whose holdings, matter to a group as far as `edges` tell.

    Those are its members; and of whoever owns a member, however little and over however many others, again the owners:
    several small shares may turn out to be under one control. What else such owners hold doesn't matter.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        owners[edge.owned_id].add(edge.owner_id)
    above = set(group.members)
    waiting = list(group.members)
    while waiting:
        new = owners.get(waiting.pop(), set()) - above
        above |= new
        waiting += new
    return above, set(group.members)


def group_of(party_id: str, edges: Collection[Edge]) -> Group:
    """Return the group of a party among all `edges` that may matter to it."""
    controls, complete = _controls(edges)
    linked: dict[str, set[str]] = defaultdict(set)
    for control in controls:
        for holder in control.through:
            linked[holder].add(control.controlled_id)
            linked[control.controlled_id].add(holder)
    paths = _paths(party_id, linked)
    return Group(
        party_id=party_id,
        members=tuple(sorted(paths)),
        controls=tuple(control for control in controls if control.controller_id in paths),
        paths=paths,
        circles=tuple(circle for circle in _circles(edges) if not paths.keys().isdisjoint(circle)),
        complete=complete,
    )


def _controls(edges: Collection[Edge]) -> tuple[list[Control], bool]:
    """Return whom those control whom nobody controls, and whether these are all.

    Of companies that control each other, one stands for all.
    """
    held = _Holdings(edges)
    found: dict[str, list[Control]] = {}
    covered: set[str] = set()
    left = MOST_CONTROLS
    # Whoever is controlled controls nobody whom its controller doesn't, so it is enough to begin at the top: with those
    # whom no single owner controls. What turns out to be below another after all is left out at the end.
    for controller_id in sorted(held.by_owner, key=lambda owner: (owner in held.owned_outright, owner)):
        if controller_id in covered:
            continue
        found[controller_id] = held.controlled_by(controller_id)
        covered |= {control.controlled_id for control in found[controller_id]}
        left -= len(found[controller_id])
        if left < 0:
            break
    return [control for top in sorted(found.keys() - covered) for control in found[top]], left >= 0


class _Holdings:
    """The edges of a day by owner; `owned_outright` are those of whom one owner alone holds more than half."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self.by_owner: dict[str, list[Edge]] = defaultdict(list)
        self._by_owned: dict[str, list[Edge]] = defaultdict(list)
        self.owned_outright: set[str] = set()
        for edge in edges:
            # Who was merged with what it owned owns nothing of itself.
            if edge.owner_id != edge.owned_id:
                self.by_owner[edge.owner_id].append(edge)
                self._by_owned[edge.owned_id].append(edge)
                if edge.share is None or edge.share > HALF:
                    self.owned_outright.add(edge.owned_id)

    def controlled_by(self, controller_id: str) -> list[Control]:
        """Return whom a party controls, directly and through others: what these hold counts as its own."""
        shares: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        counted = {controller_id}
        waiting = deque([controller_id])
        while waiting:
            for edge in self.by_owner.get(waiting.popleft(), ()):
                # Records of one company that were merged each state who owns it; they are not added up.
                record = (edge.owned_id, edge.record_id)
                shares[record] += edge.share or 0
                if edge.owned_id not in counted and (edge.share is None or shares[record] > HALF):
                    counted.add(edge.owned_id)
                    waiting.append(edge.owned_id)
        return [self._control(controller_id, company, counted) for company in sorted(counted - {controller_id})]

    def _control(self, controller_id: str, company: str, counted: Collection[str]) -> Control:
        """Return by what a party controls a company, where all that it controls is `counted`."""
        held: dict[str, list[Edge]] = defaultdict(list)
        for edge in self._by_owned[company]:
            if edge.owner_id in counted:
                held[edge.record_id].append(edge)
        record = max(held.values(), key=lambda edges: sum(edge.share or 0 for edge in edges))
        share = sum((edge.share or Decimal(0) for edge in record), Decimal(0))
        if share > HALF:
            return Control(controller_id, company, share, _holders(record))
        stated = [edge for edges in held.values() for edge in edges if edge.share is None]
        return Control(controller_id, company, None, _holders(stated))


def _holders(edges: Iterable[Edge]) -> tuple[str, ...]:
    return tuple(sorted({edge.owner_id for edge in edges}))


def _paths(start: str, linked: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Return a shortest way from `start` to everybody it is linked to."""
    paths: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for other in sorted(linked.get(here, ())):
            if other not in paths:
                paths[other] = (*paths[here], other)
                waiting.append(other)
    return paths


def _circles(edges: Iterable[Edge]) -> list[tuple[str, ...]]:
    """Return the companies that own each other, directly or in a ring: strongly connected components (Kosaraju)."""
    owned: dict[str, list[str]] = defaultdict(list)
    owners: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.owner_id != edge.owned_id:
            owned[edge.owner_id].append(edge.owned_id)
            owners[edge.owned_id].append(edge.owner_id)
    left: list[str] = []
    seen: set[str] = set()
    for party_id in sorted(owned):
        left += _finished(party_id, owned, seen)
    seen = set()
    rings = [tuple(sorted(_finished(party_id, owners, seen))) for party_id in reversed(left)]
    return sorted(ring for ring in rings if len(ring) > 1)


def _finished(start: str, following: Mapping[str, Sequence[str]], seen: set[str]) -> list[str]:
    """Return whom a walk in depth from `start` reaches and had not seen, in the order in which it is done with them."""
    if start in seen:
        return []
    seen.add(start)
    done: list[str] = []
    way = [(start, iter(following.get(start, ())))]
    while way:
        here, others = way[-1]
        for other in others:
            if other not in seen:
                seen.add(other)
                way.append((other, iter(following.get(other, ()))))
                break
        else:
            done.append(here)
            way.pop()
    return done
