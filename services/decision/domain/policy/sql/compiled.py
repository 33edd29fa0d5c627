"""A policy as one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.decision.domain.policy.policy import Policy
from services.decision.domain.policy.result import MAX_PRINCIPAL_REASONS, Answer, Result
from services.decision.domain.policy.sql import decode, named
from services.decision.domain.policy.sql.layers import Layers
from services.decision.domain.policy.sql.output import Output
from services.decision.domain.policy.sql.reasons import ReasonSlot


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPolicy:
    """A policy as SQL of DuckDB, exact to the bit.

    `facts` has the columns that a source must have besides `row_id`, with their SQL types: facts in their stored form
    (integers and money in minor units BIGINT, decimals as integers at the fact's scale, enums VARCHAR, dates DATE), the
    day `as_of_day` where the policy asks for it, and `has_score_reasons`. NULL is missing.
    `outputs` has the columns that come out, in order:

    | column | has |
    |---|---|
    | `outcome`, `grade`, `queue` | VARCHAR |
    | `approved_minor` | the limit in minor units |
    | `rate` | the price a year as an integer at `rate_scale` decimal places |
    | `term_<name>` | another term, in stored form; `_<outcome>` follows where outcomes differ in its type |
    | `reasons_<n>` | bits of `slots`: the places in the policy that gave the reasons |
    | `conditions_<n>` | bits of the rows of the conditions that are required |
    | `offer` | the row of the matrix that counts, from 0, the default row last; -1 where none does |
    | `hits_<table>_<n>`, `misses_<table>_<n>` | bits of the rows that hit, and of those that cannot be told |
    | `definition_<name>` | the value of a definition, in stored form |
    | `policy_outcome` | what the policy says itself, where an application may be referred for want of a score |

    Each column of bits has 62 rows, the first at bit 0; tables are named as in traces, `definition_<name>` for that of
    a definition. A definition or term of decimals is at the scale in `outputs`, which may be below that declared.
    """

    policy: Policy
    facts: Mapping[str, str]
    outputs: Mapping[str, Output]
    slots: tuple[ReasonSlot, ...]
    layers: Layers
    sound: Mapping[str, str]

    @property
    def rate_scale(self) -> int:
        """The number of decimal places of `rate`."""
        return self.outputs["rate"].scale

    def query(self, source: str, *, sound: bool = False, materialized: bool = False) -> str:
        """Return the query over `source`, the name of a table or a subquery in parentheses.

        A value that is none of its fact counts as missing; where the source is known to have none, `sound` saves the
        time of looking. `materialized` keeps PostgreSQL from writing each step into the next.
        """
        outputs = {name: output.sql for name, output in self.outputs.items()}
        return self.layers.query(source, outputs, replaced=self.sound if sound else {}, materialized=materialized)

    def named(self, source: str, *, materialized: bool = False) -> str:
        """Return a query for people: reasons (the four principal ones) and conditions as texts, amounts as decimals."""
        return named.query(self, self.query(source, materialized=materialized))

    def decode(self, row: Mapping[str, Any], score_reasons: Sequence[str]) -> Result:
        """Return the result of a row that came out, equal to that of `Policy.interpret`.

        `score_reasons` are those of the application. For a query as decisions are made, of an application without a
        score, the answer is that of the decision and the trace that of the policy.
        """
        return decode.result(self, row, score_reasons)

    def decode_answer(self, row: Mapping[str, Any], score_reasons: Sequence[str]) -> Answer:
        """Return the answer of a row that came out, equal to that of `Policy.answer`."""
        found = decode.answered(self, row, score_reasons)
        return found._replace(reasons=found.reasons[:MAX_PRINCIPAL_REASONS])
