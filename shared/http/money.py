"""Money in request and reply bodies."""

from pydantic import Field

from shared.http.body import Body
from shared.money import MAX_MINOR


class MoneyBody(Body):
    """An amount in minor units of an ISO 4217 currency."""

    amount_minor: int = Field(ge=-MAX_MINOR, le=MAX_MINOR, examples=[250000])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["DEM"])


class PositiveMoneyBody(Body):
    """An amount above zero in minor units of an ISO 4217 currency."""

    amount_minor: int = Field(gt=0, le=MAX_MINOR, examples=[250000])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["DEM"])
