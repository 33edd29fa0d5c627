"""Terms that tests make up: times are days after a start."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from services.limits.domain.terms import Cover, Security, Term, TermKind

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 12


def day(number: float) -> datetime:
    """A time so many days after the start."""
    return START + timedelta(days=number)


def term(
    kind: TermKind,
    amount_minor: int | None,
    begins: float = 0,
    ends: float | None = None,
    *,
    stated: float | None = None,
    name: str = "trm",
    cover: Cover | None = None,
    decision_id: str | None = None,
) -> Term:
    """A term; a person's unless it names a decision."""
    return Term(
        term_id=name,
        account_id="acc_1",
        kind=kind,
        amount_minor=amount_minor,
        effective_from=day(begins),
        effective_to=None if ends is None else day(ends),
        stated_at=day(begins if stated is None else stated),
        created_at=START,
        cover=cover,
        decision_id=decision_id,
        proposal_id=None if decision_id else f"prp_{name}",
    )


def base(amount_minor: int | None, begins: float = 0, ends: float | None = None, *, name: str = "base") -> Term:
    """A limit that a person set."""
    return term(TermKind.BASE, amount_minor, begins, ends, name=name)


def temporary(amount_minor: int, begins: float, ends: float, *, name: str = "temporary") -> Term:
    """An increase for a while."""
    return term(TermKind.TEMPORARY, amount_minor, begins, ends, name=name)


def covered(
    amount_minor: int,
    share: str = "1",
    cap_minor: int | None = None,
    begins: float = 0,
    ends: float | None = None,
    *,
    name: str = "cover",
) -> Term:
    """A collateral."""
    cover = Cover(Security.COLLATERAL, Decimal(share), cap_minor)
    return term(TermKind.COVER, amount_minor, begins, ends, name=name, cover=cover)


@st.composite
def some_terms(draw: st.DrawFn) -> list[Term]:
    """Any terms of an account, of people and of decisions, some ended before they begin."""
    made = []
    for number in range(draw(st.integers(0, 7))):
        kind = draw(st.sampled_from(TermKind))
        begins = draw(st.integers(0, DAYS))
        ends = draw(st.none() | st.integers(0, DAYS))
        is_decision = kind is TermKind.BASE and draw(st.booleans())
        amount = draw(
            st.integers(0, 300) if is_decision or kind is not TermKind.BASE else st.none() | st.integers(0, 300)
        )
        cover = None
        if kind is TermKind.COVER:
            share = Decimal(draw(st.integers(0, 10))) / 10
            cover = Cover(Security.INSURANCE, share, draw(st.none() | st.integers(0, 100)))
        made.append(
            term(
                kind,
                amount,
                begins,
                None if is_decision else ends,
                stated=begins + draw(st.integers(0, 3)) if is_decision else None,
                name=f"{number}",
                cover=cover,
                decision_id=f"dec_{number}" if is_decision else None,
            )
        )
    return made
