"""How well, and how fast, labelled probes are matched by the handler, on PostgreSQL."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.intake.domain.matching import Match, Verdict
from services.intake.domain.party import PartyKind
from services.intake.handlers import matching
from services.intake.vault import Vault
from shared.db import Database
from tests.bench.intake.dirt import Probe, duplicate, stranger
from tests.bench.intake.generator import Made


@dataclass(slots=True)
class Tally:
    """Pairs of a probe and a party: found and true, found and wrong, true and not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of the candidates named that are the same party."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of the duplicates whose party is among the candidates."""
        return self.right / max(1, self.right + self.missed)


@dataclass(slots=True)
class Outcome:
    """What came of matching probes one at a time. `wrong_exact` counts parties taken for another with certainty."""

    by_class: dict[str, Tally] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    missed_dirt: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong_exact: int = 0

    @property
    def every(self) -> Tally:
        """The tally of all classes."""
        tallies = self.by_class.values()
        return Tally(
            sum(each.right for each in tallies),
            sum(each.wrong for each in tallies),
            sum(each.missed for each in tallies),
        )

    def count(self, probe: Probe, found: Match) -> None:
        """Count what a probe came to."""
        tally = self.by_class.setdefault(class_of(probe), Tally())
        named = {candidate.party_id for candidate in found.candidates}
        is_right = probe.same_as in named
        tally.right += is_right
        tally.wrong += len(named - {probe.same_as})
        if probe.same_as is not None and not is_right:
            tally.missed += 1
            self.missed_dirt.update(probe.dirt)
        self.verdicts[f"{'duplicate' if probe.same_as else probe.dirt[0]}: {found.verdict}"] += 1
        self.wrong_exact += found.verdict is Verdict.EXACT_DUPLICATE and not is_right


def class_of(probe: Probe) -> str:
    """Return which kind of party, in which script, a probe is."""
    kind = "people" if probe.kind is PartyKind.PERSON else "companies"
    return f"{kind}, {'Chinese' if probe.is_chinese else 'Latin'}"


def probes(pick: Callable[[random.Random], Made], number: int, seed: int) -> list[Probe]:
    """Return probes in equal parts: duplicates, and parties that are new, half of which are easily mistaken."""
    chance = random.Random(seed)
    made = [duplicate(pick(chance), f"pty_d{place:031x}", chance) for place in range(number // 2)]
    for place in range(number // 4):
        made.append(stranger(pick(chance), f"pty_e{place:031x}", chance))
        made.append(stranger(None, f"pty_f{place:031x}", chance))
    chance.shuffle(made)
    return made


async def match_each(db: Database, vault: Vault, given: Sequence[Probe]) -> Outcome:
    """Match probes one at a time, each in a transaction of its own, and count and time what comes of it."""
    outcome = Outcome()
    for probe in given:
        started = time.perf_counter()
        async with db.transaction() as tx:
            (found,) = await matching.match(tx, vault, probe.kind, [probe.profile], [probe.party_id])
        outcome.seconds.append(time.perf_counter() - started)
        outcome.count(probe, found)
    return outcome
