"""Callers at work in the background: they retry with the same key as good callers do, and keep a journal."""

import asyncio
import itertools
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import httpx

from tests.kit.platform import Running, applications, until

_GIVE_UP_SECONDS: Final = 90.0
_SUBMIT: Final = "/v1/applications"


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One request that is repeated, under the same key, until it is answered."""

    service: str
    path: str
    body: Mapping[str, Any]
    client: str = "los"
    key: str = field(default_factory=lambda: secrets.token_hex(12))


def submissions(bed: Running, count: int, seed: int) -> list[Call]:
    """Return calls that submit `count` made-up applications."""
    bodies = list(itertools.islice(applications(seed), count))
    bed.references += [body["party"]["external_ref"] for body in bodies]
    return [Call("intake", _SUBMIT, body) for body in bodies]


class Traffic:
    """Runs `calls` through `callers` at once, in a thread of its own, so that a test may block; waits at the end.

    `per_second` is the pace at which calls become due; without it everybody calls as fast as answers come.
    `prefer` is sent along with every call.
    """

    def __init__(
        self,
        bed: Running,
        calls: Iterable[Call],
        *,
        callers: int = 8,
        per_second: float | None = None,
        prefer: str | None = None,
    ) -> None:
        self._bed = bed
        self._calls = iter(calls)
        self._callers = callers
        self._headers = {} if prefer is None else {"prefer": prefer}
        self._pause = 0.0 if per_second is None else 1 / per_second
        self._thread = threading.Thread(target=self._work)
        self._stopping = threading.Event()
        self.answers: dict[Call, httpx.Response] = {}
        self.statuses: Counter[int] = Counter()
        self.broken_connections: list[str] = []
        self.unexpected: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stopping.set()
        self._thread.join()

    @property
    def acknowledged(self) -> list[str]:
        """The ids of the applications that were acknowledged."""
        return [answer.json()["application_id"] for call, answer in self.answers.items() if call.path == _SUBMIT]

    @property
    def under_way(self) -> bool:
        """Whether there is something left to call."""
        return self._thread.is_alive()

    def wait_until_under_way(self, answered: int) -> None:
        """Wait until `answered` calls have been answered."""
        until(lambda: len(self.answers) >= answered or not self._thread.is_alive(), 60, f"{answered} answers")

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    def _work(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception as error:
            self.unexpected.append(repr(error))

    async def _run(self) -> None:
        due = self._due()
        await asyncio.gather(*(self._caller(due) for _ in range(self._callers)))

    def _due(self) -> Iterator[tuple[float, Call]]:
        began = time.monotonic()
        for number, call in enumerate(self._calls):
            yield began + number * self._pause, call

    async def _caller(self, due: Iterator[tuple[float, Call]]) -> None:
        async with httpx.AsyncClient(timeout=40, verify=False) as http:  # Plain HTTP; skips reading certificates.
            for at, call in due:
                if self._stopping.is_set():
                    return
                await asyncio.sleep(max(0.0, at - time.monotonic()))
                await self._until_answered(http, call)

    async def _until_answered(self, http: httpx.AsyncClient, call: Call) -> None:
        url = self._bed.platform.url(call.service) + call.path
        headers = self._bed.headers(call.client, call.key, **self._headers)
        give_up_at = time.monotonic() + _GIVE_UP_SECONDS
        while time.monotonic() < give_up_at:
            try:
                answer = await http.post(url, json=call.body, headers=headers)
            except httpx.TransportError as error:
                self.broken_connections.append(f"{call.path}: {error!r}")
            else:
                self.statuses[answer.status_code] += 1
                if answer.is_success:
                    self.answers[call] = answer
                    return
                if not _asks_to_retry(answer):
                    self.unexpected.append(f"{call.path}: {answer.status_code} {answer.text}")
                    return
            await asyncio.sleep(random.uniform(0.05, 0.3))
        self.unexpected.append(f"{call.path}: not answered in {_GIVE_UP_SECONDS} s")


def _asks_to_retry(answer: httpx.Response) -> bool:
    """Tell whether an answer is the one failure that callers must expect."""
    return (
        answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        and answer.headers["content-type"] == "application/problem+json"
        and answer.headers["retry-after"].isdigit()
        and answer.json()["retryable"] is True
    )
