"""Use cases that start over when accounts were moved, or documents written, while they waited for them."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from services.limits.store.accounts import TreeChangedError
from services.limits.store.items import ItemsChangedError

P = ParamSpec("P")
T = TypeVar("T")

_ATTEMPTS: Final = 20
"""Each that fails means that somebody else got something done meanwhile, so it takes that many rivals to fail all."""


def again(handle: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Call a use case anew, in a transaction of its own each time; refused with 503 after some attempts.

    Whoever waited for a move finds, once it has the locks, that it needs others too. To ask for these in the same
    transaction could lock two out of each other, so it gives all back and starts over.
    """

    @wraps(handle)
    async def attempt(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(_ATTEMPTS - 1):
            try:
                return await handle(*args, **kwargs)
            except (TreeChangedError, ItemsChangedError):
                continue
        return await handle(*args, **kwargs)

    return attempt
