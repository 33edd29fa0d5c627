"""A small load generator: keep-alive HTTP/1.1 over asyncio, requests made beforehand, latencies from the schedule."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast


@dataclass(slots=True)
class Run:
    """What a run measured: seconds, latencies in seconds, and how often each status came.

    `dues` says of each latency when its request was due, in seconds from the start, where a schedule was kept.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    dues: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Answered requests per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return a latency percentile in milliseconds."""
        return percentile(self.latencies, share) * 1000

    def percentiles_by_second(self, share: float) -> list[float]:
        """Return a latency percentile, in milliseconds, of the requests due in each second of the schedule."""
        seconds: dict[int, list[float]] = {}
        for due, latency in zip(self.dues, self.latencies, strict=True):
            seconds.setdefault(int(due), []).append(latency)
        return [percentile(latencies, share) * 1000 for latencies in seconds.values()]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of `values`."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return the bytes of a POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection that has one request under way at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Resolve the answer once it is complete."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        start = head.index(b"content-length:") + 15
        stop = head.find(b"\r\n", start)
        length = int(head[start : stop if stop >= 0 else None])
        if len(self._buffer) >= end + 4 + length:
            status = int(self._buffer[9:12])
            self._buffer = self._buffer[end + 4 + length :]
            answer, self._answer = self._answer, None
            if answer is not None and not answer.done():
                answer.set_result(status)

    def connection_lost(self, error: Exception | None) -> None:
        """Fail the request under way."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("connection lost"))

    def send(self, raw: bytes) -> "asyncio.Future[int]":
        """Send a request; the future gives the status of its answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


async def connect(port: int, count: int) -> list[Connection]:
    """Open connections to a local port."""
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(count)]


@contextmanager
def _timed(run: Run) -> Iterator[None]:
    """Note the seconds of a run, during which the garbage collector is still: its pauses would count as latencies."""
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    try:
        yield
    finally:
        run.seconds = time.perf_counter() - started
        gc.enable()


async def closed_loop(port: int, connections: int, seconds: float, make: Callable[[], bytes]) -> Run:
    """Send as fast as answers come, over `connections`, for `seconds`."""
    run = Run()
    open_connections = await connect(port, connections)

    async def drive(connection: Connection, deadline: float) -> None:
        while (sent := time.perf_counter()) < deadline:
            status = await connection.send(make())
            run.latencies.append(time.perf_counter() - sent)
            run.statuses[status] = run.statuses.get(status, 0) + 1

    with _timed(run):
        deadline = time.perf_counter() + seconds
        await asyncio.gather(*(drive(connection, deadline) for connection in open_connections))
    for connection in open_connections:
        connection.close()
    return run


async def open_loop(port: int, connections: int, rate: float, seconds: float, make: Callable[[], bytes]) -> Run:
    """Send at a fixed rate whatever the answers do; a latency counts from when its request was due."""
    run = Run()
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in await connect(port, connections):
        idle.put_nowait(connection)
    tasks: set[asyncio.Task[None]] = set()

    async def send(due: float, started: float) -> None:
        connection = await idle.get()
        status = await connection.send(make())
        run.latencies.append(time.perf_counter() - due)
        run.dues.append(due - started)
        run.statuses[status] = run.statuses.get(status, 0) + 1
        idle.put_nowait(connection)

    with _timed(run):
        started = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = started + number / rate
            pause = due - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            task = asyncio.create_task(send(due, started))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
    while not idle.empty():
        idle.get_nowait().close()
    return run
