"""Fields by which requests say what a financial statement is."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from services.intake.domain.statements.amounts import DecimalMark, Scale, in_minor_units, number_of, usual_step
from services.intake.domain.statements.spreading import Terms
from services.intake.domain.statements.statement import EARLIEST, Assurance, Figures, Period
from services.intake.domain.statements.taxonomy import LINES, Standard
from services.intake.handlers.statements.importing import Existing, Format, Import
from services.intake.handlers.statements.reading import Delimiter, Encoding, Layout
from shared.errors import Fault, invalid
from shared.http import Body

_MOST_MAPPED: Final = 200
_DocumentId = Annotated[str, Field(pattern=r"^doc_[0-9a-f]{32}$")]
# What is wrong with a line is said without its name, unless that is a line's: a name may be anything.
_Amount = Annotated[Any, WithJsonSchema({"type": "string", "maxLength": 40})]
_Day = Annotated[date, Field(ge=EARLIEST)]


class PeriodBody(Body):
    """The days that a statement is about, both included."""

    start: _Day
    end: _Day

    @model_validator(mode="after")
    def _ordered(self) -> "PeriodBody":
        if self.start > self.end:
            raise PydanticCustomError("period_reversed", "a period ends after it starts")
        return self


class StatementBody(Body):
    """A statement. `lines` are amounts by line of the taxonomy, decimals as strings, stated in `scale`.

    Costs, taxes, outflows and treasury shares are above zero. `GET /v1/statement-lines` lists the taxonomy.
    """

    period: PeriodBody
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["CNY"])
    standard: Standard = Field(strict=False)
    assurance: Assurance = Field(strict=False)
    is_consolidated: bool = False
    scale: Scale = Field(default=Scale.UNITS, strict=False)
    lines: dict[str, _Amount] = Field(
        min_length=1, max_length=len(LINES), examples=[{"assets": "1200.00", "liabilities": "700.00"}]
    )
    document_id: _DocumentId | None = None

    def value(self) -> Figures:
        """Return the figures, in minor units; raises `Refusal` with 422 that names the lines that are no amounts."""
        amounts = {}
        faults: list[Fault] = []
        for code, stated in self.lines.items():
            if code not in LINES:
                faults.append(Fault("/lines", "unknown_line", "names a line that is not in the taxonomy"))
                continue
            try:
                number = number_of(stated) if isinstance(stated, str) else None
                if number is None:
                    raise ValueError("is no amount; write a decimal as a string")
                amounts[code] = in_minor_units(number, self.currency, self.scale)
            except ValueError as error:
                faults.append(Fault(f"/lines/{code}", "invalid_amount", str(error)))
        if faults:
            raise invalid("invalid_statement", "this can be no statement", faults[:20])
        return Figures(
            period=Period(self.period.start, self.period.end),
            currency=self.currency,
            standard=self.standard,
            assurance=self.assurance,
            is_consolidated=self.is_consolidated,
            lines={code: amount.minor for code, amount in amounts.items()},
            step_minor=usual_step(amounts.values()),
        )


class ImportQuery:
    """How a file is to be read, and what its statements are."""

    def __init__(
        self,
        *,
        format: Format,
        currency: Annotated[str, Query(pattern=r"^[A-Z]{3}$")],
        standard: Standard,
        assurance: Assurance,
        is_consolidated: bool = False,
        scale: Scale = Scale.UNITS,
        months: Annotated[int, Query(ge=1, le=24)] = 12,
        period_end: date | None = None,
        year_end: Annotated[str, Query(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")] = "12-31",
        decimal_mark: DecimalMark = DecimalMark.POINT,
        encoding: Encoding = Encoding.UTF_8,
        delimiter: Delimiter = Delimiter.COMMA,
        negative_costs: bool = False,
        fill_other: bool = False,
        existing: Existing = Existing.KEEP,
        document_id: Annotated[str | None, Query(pattern=r"^doc_[0-9a-f]{32}$")] = None,
        map: Annotated[list[str] | None, Query(max_length=_MOST_MAPPED)] = None,
    ) -> None:
        month, _, day = year_end.partition("-")
        layout = Layout(period_end, (int(month), int(day)), encoding, delimiter, decimal_mark)
        terms = Terms(standard, currency, scale, decimal_mark, negative_costs, _mapping(map or []))
        self._given = (format, layout, terms, months, assurance, is_consolidated, existing, fill_other, document_id)

    def command(self, party_id: str) -> Import:
        """Return the command to take in a file of a party."""
        return Import(party_id, *self._given)


def _mapping(stated: list[str]) -> dict[str, str]:
    """Return `label=code` pairs as a mapping; raises `Refusal` with 422 for what is none."""
    found: dict[str, str] = {}
    for place, pair in enumerate(stated):
        label, separator, code = pair.rpartition("=")
        if not separator or not label.strip() or len(pair) > 300:
            fault = Fault(f"/query/map/{place}", "no_mapping", "is not of the form label=line")
            raise invalid("invalid_parameters", "the parameters do not fit", [fault])
        found[label.strip()] = code.strip()
    return found
