"""From the rows of a table to a card: every bin bound to values of a fact, every gap and overlap found."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from operator import attrgetter

from services.scorecards.interchange.binding import Binding, Value, bind
from services.scorecards.interchange.card import Card, CardCharacteristic, Piece, Tally, lowest_points
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.mapping import ImportMapping
from services.scorecards.interchange.tables.bin_text import BinTextError, Catch, Interval, Named
from services.scorecards.interchange.tables.dialects import Absent, Dialect, TableBin
from services.scorecards.interchange.tables.intervals import Held, doubted_edges, interval_pieces
from services.scoring.domain.scorecard import BinRole
from shared.products import Product


def card_of_table(content: bytes, dialect: Dialect, product: Product, mapping: ImportMapping) -> Card:
    """Return the card of a table file; raises `InterchangeError` naming the first row at fault."""
    rows = dialect.bins(content)
    intercepts = [row for row in rows if row.variable == dialect.intercept]
    if len(intercepts) > 1:
        raise InterchangeError("states a second intercept", intercepts[1].place)
    if intercepts and mapping.intercept is not None:
        raise InterchangeError("the table has a row for it", "mapping /intercept")
    stated = intercepts[0].points if intercepts else mapping.intercept
    others = (row for row in rows if row.variable != dialect.intercept)
    grouped = [(variable, list(bins)) for variable, bins in groupby(others, attrgetter("variable"))]
    if not grouped:
        raise InterchangeError("the table has no characteristic")
    seen: set[str] = set()
    characteristics: list[CardCharacteristic] = []
    notes: list[str] = []
    for variable, bins in grouped:
        if variable in seen:
            raise InterchangeError(f"the bins of {variable} do not stand together", bins[0].place)
        seen.add(variable)
        table = _Table(bind(variable, product, mapping, bins[0].place), dialect, bins, mapping.accepts_rounded_edges)
        characteristics.append(table.characteristic(mapping))
        notes += table.notes
    unused = mapping.characteristics.keys() - seen
    if unused:
        raise InterchangeError("is not a variable of the table", f"mapping /characteristics/{sorted(unused)[0]}")
    return Card(tuple(characteristics), stated or Fraction(0), tuple(notes))


class _Table:
    """The rows of one variable; `notes` gathers what they leave open and how it was closed."""

    def __init__(
        self, binding: Binding, dialect: Dialect, rows: Sequence[TableBin], accepts_rounded_edges: bool
    ) -> None:
        self.binding, self.dialect, self.rows = binding, dialect, rows
        self.accepts_rounded_edges = accepts_rounded_edges
        self.notes: list[str] = []

    def characteristic(self, mapping: ImportMapping) -> CardCharacteristic:
        said, variable = self.binding.said, self.binding.variable
        if said.reason_code is None:
            where = f"mapping /characteristics/{variable}/reason_code"
            raise InterchangeError("is needed: the table has no reason codes", where)
        special = self._special()
        held = [self._held(row) for row in self.rows if self.binding.special(row.text) is None]
        held = [each for each in held if each.parts]
        regular = self._intervals(held) if self.binding.numeric else self._groups(held)
        if self.binding.numeric:
            special += self._special_numbers(held)
        priced = [*regular, *special]
        if not regular:
            raise InterchangeError(f"{variable} has no bin that holds values", self.rows[0].place)
        pieces = (*priced, *self._absent(held, priced, mapping))
        return CardCharacteristic(self.binding.fact, said.reason_code, pieces, said.reference, self.rows[0].coefficient)

    def _special(self) -> list[Piece]:
        """The rows whose bin the mapping names, with the values that it lists; without any they are left out."""
        pieces = []
        for row in self.rows:
            values = self.binding.special(row.text)
            if values:
                pieces.append(Piece(BinRole.SPECIAL, row.points, values=values, tally=row.tally))
            elif values is not None:
                self._leave_out_special(row)
        return pieces

    def _leave_out_special(self, row: TableBin) -> None:
        if row.tally is not None and row.tally.count:
            words = f"counts {row.tally.count} rows, yet the mapping lists no value for it"
            raise InterchangeError(f"the bin {row.text!r} of {self.binding.variable} {words}", row.place)
        self.notes.append(f"{row.place}: left out the special bin {row.text!r}, for which no value is known")

    def _held(self, row: TableBin) -> Held:
        try:
            return Held(row, self.dialect.parts(row.text, numeric=self.binding.numeric))
        except BinTextError as error:
            if self.dialect.names_special_bins and row.tally == Tally(0, 0):
                self._leave_out_special(row)
                return Held(row, ())
            message = f"the bin {row.text[:80]!r} of {self.binding.variable} {error}"
            if self.dialect.names_special_bins:
                message += "; if it holds special values, list them under `special` of the mapping, [] for none"
            raise InterchangeError(message, row.place) from None

    def _intervals(self, held: Sequence[Held]) -> list[Piece]:
        doubt = doubted_edges(self.binding, self.dialect, held)
        if doubt is not None and not self.accepts_rounded_edges:
            hint = f"save the table with show_digits={self.dialect.exact_digits}, or say `rounded_edges: accept`"
            raise InterchangeError(f"{doubt}; {hint} in the mapping", self.rows[0].place)
        self.notes += [] if doubt is None else [doubt]
        return interval_pieces(self.binding, held, self.notes)

    def _special_numbers(self, held: Sequence[Held]) -> list[Piece]:
        """Numbers that a bin names one by one."""
        pieces = []
        for each in held:
            names = [part.text for part in each.parts if isinstance(part, Named)]
            if not names:
                continue
            quanta = [self.binding.number(name) for name in names]
            if None in quanta:
                name = names[quanta.index(None)]
                raise InterchangeError(f"{name[:80]!r} is not a number of {self.binding.fact.name}", each.row.place)
            alone = all(isinstance(part, Named) for part in each.parts)
            tally = each.row.tally if alone else each.no_rows
            values = tuple(self.binding.written(quantum) for quantum in quanta if quantum is not None)
            pieces.append(Piece(BinRole.SPECIAL, each.row.points, values=values, tally=tally))
        return pieces

    def _groups(self, held: Sequence[Held]) -> list[Piece]:
        """The categories, each in one bin."""
        pieces, seen = [], set[Value]()
        for each in held:
            values = []
            for part in each.parts:
                if isinstance(part, Named):
                    value = self._category(part.text, each.row)
                    if value in seen:
                        raise InterchangeError(f"{part.text[:80]!r} stands in two bins", each.row.place)
                    seen.add(value)
                    values.append(value)
            if values:
                pieces.append(Piece(BinRole.REGULAR, each.row.points, values=tuple(values), tally=each.row.tally))
        return pieces

    def _category(self, text: str, row: TableBin) -> Value:
        value = self.binding.value(text)
        if value is None:
            hint = f"map it under /characteristics/{self.binding.variable}/values"
            raise InterchangeError(f"{text[:80]!r} is not a value of {self.binding.fact.name}; {hint}", row.place)
        return value

    def _absent(self, held: Sequence[Held], priced: Sequence[Piece], mapping: ImportMapping) -> tuple[Piece, Piece]:
        """The missing and the unseen bin: as a row says, else as the tool itself scores, or the lowest points."""
        numeric = self.binding.numeric
        missing = self._caught(held, Catch.MISSING, BinRole.MISSING)
        unseen = self._caught(held, Catch.ELSE, BinRole.UNSEEN)
        if missing is None and not numeric and unseen is not None:
            missing = Piece(BinRole.MISSING, unseen.points, tally=_empty(unseen.tally))
        if missing is None:
            rule = self.dialect.missing_number if numeric else self.dialect.missing_category
            points = self._minus_one(held) if rule is Absent.MINUS_ONE else self._by_rule(rule, priced, None)
            missing = Piece(BinRole.MISSING, points, tally=_empty(priced[0].tally))
            self.notes.append(self._closed("a missing value", missing.points, rule))
        if unseen is None:
            rule = Absent.LOWEST if numeric else self.dialect.unseen
            unseen = Piece(BinRole.UNSEEN, self._by_rule(rule, priced, missing), tally=_empty(priced[0].tally))
            if not numeric:
                self.notes.append(self._closed("a category that is in no bin", unseen.points, rule))
        if mapping.absent_earns_lowest:
            lowest = lowest_points(priced)
            missing = Piece(BinRole.MISSING, lowest, tally=missing.tally)
            unseen = Piece(BinRole.UNSEEN, lowest, tally=unseen.tally)
        return missing, unseen

    def _caught(self, held: Sequence[Held], catch: Catch, role: BinRole) -> Piece | None:
        found = [each for each in held if catch in each.parts]
        if not found:
            return None
        if len(found) > 1:
            raise InterchangeError(f"a second bin of {self.binding.variable} holds {catch} values", found[1].row.place)
        each = found[0]
        return Piece(role, each.row.points, tally=each.row.tally if each.parts == (catch,) else each.no_rows)

    def _by_rule(self, rule: Absent, priced: Sequence[Piece], missing: Piece | None) -> Fraction:
        if rule is Absent.ZERO:
            return Fraction(0)
        if rule is Absent.MISSING_BIN and missing is not None:
            return missing.points
        return lowest_points(priced)

    def _minus_one(self, held: Sequence[Held]) -> Fraction:
        # The bins reach from end to end and are closed on the left, and -1 is of the source and need not be a number
        # of the fact.
        below = [
            (part.start, each.row.points)
            for each in held
            for part in each.parts
            if isinstance(part, Interval) and (part.start is None or part.start <= -1)
        ]
        return max(below, key=lambda item: (item[0] is not None, item[0] or 0))[1]

    def _closed(self, what: str, points: Fraction, rule: Absent) -> str:
        source = f"as {self.dialect.name} itself scores it"
        return f"{self.binding.fact.name}: {what} earns {float(points):g}, {rule}, {source}"


def _empty(tally: Tally | None) -> Tally | None:
    return None if tally is None else Tally(0, 0)
