"""Files in a bucket behind the S3 API."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from services.intake.files.port import FileGoneError, files_away

if TYPE_CHECKING:
    from obstore.store import S3Config

log = structlog.get_logger()

_CONNECT: Final = timedelta(seconds=2)
_REQUEST: Final = timedelta(seconds=10)
_RETRY: Final = timedelta(seconds=10)
_RETRIES: Final = 3
_FIRST_PAUSE: Final = timedelta(milliseconds=100)
_LONGEST_PAUSE: Final = timedelta(seconds=2)
_AT_ONCE: Final = 32
_CALL_SECONDS: Final = 20.0
"""What one call may take with all its retries, whatever the settings above come to together."""


class S3Files:
    """See `port.Files`. `endpoint` is empty for Amazon's own; `http://` endpoints are for development and tests.

    Without a key pair the library looks for credentials where Amazon's tools do (environment, instance metadata).
    """

    def __init__(
        self, *, bucket: str, prefix: str, endpoint: str, region: str, access_key: str, secret_key: str
    ) -> None:
        config: S3Config = {"region": region}
        if endpoint:
            config["endpoint"] = endpoint
        if access_key:
            config["access_key_id"], config["secret_access_key"] = access_key, secret_key
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=config,
            client_options={
                "connect_timeout": _CONNECT,
                "timeout": _REQUEST,
                "allow_http": endpoint.startswith("http://"),
            },
            retry_config={
                "max_retries": _RETRIES,
                "retry_timeout": _RETRY,
                "backoff": {"init_backoff": _FIRST_PAUSE, "max_backoff": _LONGEST_PAUSE, "base": 2},
            },
        )
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def put(self, contents: Mapping[str, bytes]) -> frozenset[str]:
        """Store contents, some dozens at the same time."""
        done = await asyncio.gather(*(self._put(key, data) for key, data in contents.items()))
        return frozenset(key for key, stored in zip(contents, done, strict=True) if not stored)

    async def _put(self, key: str, data: bytes) -> bool:
        try:
            async with self._at_once, asyncio.timeout(_CALL_SECONDS):
                await obstore.put_async(self._store, key, data, use_multipart=False)
        except (BaseError, OSError) as error:
            log.warning("file_not_stored", cause=type(error).__name__)
            return False
        return True

    async def get(self, key: str) -> bytes:
        """Return what is stored."""
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                found = await obstore.get_async(self._store, key)
                return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise FileGoneError from None
        except (BaseError, OSError) as error:
            log.warning("file_not_read", cause=type(error).__name__)
            raise files_away() from None

    async def delete(self, key: str) -> None:
        """Remove what is stored."""
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            log.warning("file_not_deleted", cause=type(error).__name__)
            raise files_away() from None
