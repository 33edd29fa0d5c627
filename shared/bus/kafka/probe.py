"""Asks a broker whether it answers, without the threads and retries of a full client."""

import socket
import struct
from typing import Final

# Size, then a request header v1 (Kafka protocol guide): api key 18 (ApiVersions), version 0, correlation id, no client.
_API_VERSIONS: Final = struct.pack(">ihhih", 10, 18, 0, 1, -1)


def answers(bootstrap_servers: str, timeout_seconds: float) -> bool:
    """Tell whether any of the comma-separated `host:port` answers an ApiVersions request; blocks."""
    return any(_answers(server.strip(), timeout_seconds) for server in bootstrap_servers.split(","))


def _answers(server: str, timeout_seconds: float) -> bool:
    host, _, port = server.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=timeout_seconds) as connection:
            connection.sendall(_API_VERSIONS)
            return len(connection.recv(4)) == 4
    except OSError:
        return False
