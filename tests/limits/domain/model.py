"""The plainest possible model of the ledger: no entries, no paths, no batches; everything is summed anew each time."""

from dataclasses import dataclass, field


@dataclass
class Hold:
    """A reservation: how much it is over, how much was drawn, and whether it still counts."""

    account: str
    amount: int
    expires: int
    drawn: int = 0
    state: str = "reserved"


@dataclass
class Model:
    """Accounts by name with their parent, their limit (None: not set) and status; reservations by id; a clock."""

    parents: dict[str, str | None]
    limits: dict[str, int | None] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    now: int = 0

    def line(self, account: str | None) -> list[str]:
        """The account and all above it, the root first."""
        return [] if account is None else [*self.line(self.parents[account]), account]

    def settle_time(self) -> None:
        """Whatever has run out has run out."""
        for hold in self.holds.values():
            if hold.state == "reserved" and hold.expires <= self.now:
                hold.state = "expired"

    def reserved(self, account: str) -> int:
        """What is set aside on an account and below it."""
        return sum(h.amount - h.drawn for h in self.holds.values() if h.state == "reserved" and self._on(h, account))

    def posted(self, account: str) -> int:
        """What was drawn on an account and below it."""
        return sum(hold.drawn for hold in self.holds.values() if self._on(hold, account))

    def _on(self, hold: Hold, account: str) -> bool:
        return account in self.line(hold.account)

    def refusal(self, account: str, amount: int) -> str | None:
        """Why an amount does not fit, looking from the root down."""
        for level in self.line(account):
            limit = self.limits.get(level)
            if level in self.unusable:
                return f"ACCOUNT_{self.unusable[level].upper()}"
            if limit == 0:
                return "NO_LIMIT"
            if limit is not None and self.posted(level) + self.reserved(level) + amount > limit:
                return "INSUFFICIENT_AVAILABLE"
        return "NO_LIMIT" if all(self.limits.get(level) is None for level in self.line(account)) else None

    def reserve(self, name: str, account: str, amount: int, lasts: int) -> str:
        """Answer `reserved`, or the reason against it."""
        reason = self.refusal(account, amount)
        state = "reserved" if reason is None else "declined"
        self.holds[name] = Hold(account, amount, self.now + lasts, state=state)
        return reason or "reserved"

    def resolve(self, name: str, verb: str, amount: int | None = None, final: bool = True) -> str:
        """Answer the state after a capture, release or adjustment, or the code of what speaks against it."""
        if name not in self.holds:
            return "reservation_not_found"
        hold = self.holds[name]
        if hold.state != "reserved":
            return "reservation_declined" if hold.state == "declined" else f"already_{hold.state}"
        if verb == "release":
            hold.state = "released"
        elif verb == "adjust":
            return self._adjust(hold, amount or 0)
        else:
            drawn = hold.amount - hold.drawn if amount is None else amount
            if drawn > hold.amount - hold.drawn:
                return "capture_exceeds_reservation"
            hold.drawn += drawn
            if final or hold.drawn == hold.amount:
                hold.state = "captured"
        return hold.state

    def _adjust(self, hold: Hold, amount: int) -> str:
        if amount <= hold.drawn:
            return "adjustment_below_captured"
        reason = self.refusal(hold.account, amount - hold.amount) if amount > hold.amount else None
        if reason is None:
            hold.amount = amount
        return reason or hold.state
