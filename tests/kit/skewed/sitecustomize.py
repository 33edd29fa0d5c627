"""Sets the clock of a Python process wrong by `SKEW_SECONDS`; Python loads it from its search path when it starts."""

import datetime
import os
import time
from typing import Self

_SKEW = int(os.environ["SKEW_SECONDS"])
_true_time = time.time
_true_time_ns = time.time_ns


class _Skewed(datetime.datetime):
    # Compiled modules expect values of exactly the original's size.
    __slots__ = ()

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Self:
        return super().now(tz) + datetime.timedelta(seconds=_SKEW)


vars(time).update(time=lambda: _true_time() + _SKEW, time_ns=lambda: _true_time_ns() + _SKEW * 1_000_000_000)
vars(datetime).update(datetime=_Skewed)
