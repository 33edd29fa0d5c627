"""Asking and answering: nothing is locked or reserved, so what fits now may not fit when it is reserved."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.limits.domain.account import Account, Reason
from services.limits.domain.checks.check import check
from services.limits.domain.checks.question import Question
from services.limits.domain.checks.result import CheckRecord, Verdict
from services.limits.domain.document import Document
from services.limits.handlers import holds
from services.limits.handlers.checks.grounds import Grounds, account_for, figures_for, load
from services.limits.metrics import LIMIT_CHECKS
from services.limits.store import checks as store
from shared import outbox
from shared.db import Database, Transaction
from shared.errors import Refusal, not_found
from shared.outbox import Fact


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a question: the check, and the account as it stands; neither where no account fits the question.

    `headroom_minor` is the least that any account of the path leaves available, None where nothing bounds it.
    `hold_id` is where a blocked document waits for an officer.
    """

    question: Question
    record: CheckRecord | None = None
    account: Account | None = None
    headroom_minor: int | None = None
    hold_id: str | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict; who has no account gets nothing on credit."""
        return Verdict.BLOCK if self.record is None else self.record.verdict

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes of what speaks against it."""
        return (Reason.NO_LIMIT,) if self.record is None else self.record.reasons


async def check_limits(db: Database, batch: Sequence[Question]) -> list[Answered | Refusal]:
    """Answer questions by the rules of their products. Checks of documents are stored.

    A blocked document opens one hold, or refreshes the one it has.
    """
    async with db.transaction() as tx:
        answers, facts = await ask(tx, batch)
    holds.count(facts)
    _count(answers)
    return answers


async def check_in(tx: Transaction, questions: Sequence[Question]) -> list[CheckRecord]:
    """Check within a transaction of the caller, as `check_limits` does; raises the first `Refusal`.

    A question to which no account fits is refused with 404.
    """
    answers, _ = await ask(tx, questions)
    records = []
    for answer in answers:
        if isinstance(answer, Refusal):
            raise answer
        if answer.record is None:
            raise not_found("account_not_found", "there is no account to check this on")
        records.append(answer.record)
    return records


async def ask(tx: Transaction, batch: Sequence[Question]) -> tuple[list[Answered | Refusal], list[Fact]]:
    """Return the answers, those about documents stored, and the events of holds, to be counted once committed."""
    grounds = await load(tx, batch)
    answers = [_answer(question, grounds) for question in batch]
    made = [answer.record for answer in answers if isinstance(answer, Answered) and answer.record is not None]
    records = [record for record in made if record.document is not None]
    if not records:
        return answers, []
    await store.add(tx, records)
    facts = await holds.follow(tx, records, grounds.books.now)
    await outbox.put(tx, facts)
    waiting = await holds.open_ids(tx, records)
    return [_with_hold(answer, waiting) for answer in answers], facts


def _with_hold(answer: Answered | Refusal, waiting: Mapping[Document, str]) -> Answered | Refusal:
    if isinstance(answer, Refusal) or answer.record is None or answer.record.verdict is not Verdict.BLOCK:
        return answer
    document = answer.record.document
    return answer if document is None else replace(answer, hold_id=waiting.get(document))


def _answer(question: Question, grounds: Grounds) -> Answered | Refusal:
    account = account_for(question, grounds)
    if account is None:
        if question.account_id is not None:
            return not_found("account_not_found", "there is no such account")
        return Answered(question)
    figures = figures_for(question, account, grounds)
    if isinstance(figures, Refusal):
        return figures
    release = None if question.document is None else grounds.releases.get(question.document)
    record = check(question, grounds.rules[account.product], figures, release)
    return Answered(question, record, account, grounds.books.headroom(account))


def _count(answers: Iterable[Answered | Refusal]) -> None:
    told = [answer for answer in answers if isinstance(answer, Answered)]
    results = Counter((_kind(answer.question), answer.verdict.value) for answer in told)
    for (kind, result), number in results.items():
        LIMIT_CHECKS.labels(kind, result).inc(number)


def _kind(question: Question) -> str:
    return "question" if question.document is None else "document"
