"""A DMN model as read: definitions, its requirements graph, its boxed expressions (DMN 1.5, 6 to 8 and 10.2)."""

from dataclasses import dataclass, field
from enum import StrEnum


class HitPolicy(StrEnum):
    """Which of the matching rules of a decision table make its result (DMN 1.5, 8.2.10)."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    ANY = "ANY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


class Aggregation(StrEnum):
    """What COLLECT makes of the outputs of the matching rules, other than a list."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Element:
    line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Variable(_Element):
    """A name for a value and, when stated, the name of its type."""

    name: str
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionItem(_Element):
    """The type of a function: its parameters and the name of the type of its result."""

    parameters: tuple[Variable, ...]
    output_type_ref: str | None


@dataclass(frozen=True, slots=True)
class ItemDefinition(_Element):
    """A named type: of another type, of components, or of a function.

    The unary tests `allowed_values` restrict each item of a collection, `type_constraint` the collection as a whole
    (DMN 1.5, 7.3.3).
    """

    name: str
    type_ref: str | None = None
    is_collection: bool = False
    allowed_values: str | None = None
    type_constraint: str | None = None
    components: "tuple[ItemDefinition, ...]" = ()
    function: FunctionItem | None = None


@dataclass(frozen=True, slots=True)
class LiteralExpression(_Element):
    """Text in an expression language; `language` is None for FEEL."""

    text: str
    type_ref: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ContextEntry(_Element):
    """An entry of a boxed context; without a variable, its result."""

    variable: Variable | None
    expression: "Expression | None"


@dataclass(frozen=True, slots=True)
class BoxedContext(_Element):
    """Entries that see those before them; the value is that of the entry without a name, or the context of them all."""

    entries: tuple[ContextEntry, ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Binding(_Element):
    """The argument of an invocation for the parameter `name`."""

    name: str
    expression: "Expression | None"


@dataclass(frozen=True, slots=True)
class BoxedInvocation(_Element):
    """A function called with named arguments."""

    function: "Expression | None"
    bindings: tuple[Binding, ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedRelation(_Element):
    """A list of contexts written as a table of expressions."""

    columns: tuple[str, ...]
    rows: "tuple[tuple[Expression | None, ...], ...]"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedList(_Element):
    """A list of expressions."""

    items: "tuple[Expression, ...]"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedFunction(_Element):
    """A function of its parameters; of a `kind` other than FEEL, the body names code that lies elsewhere."""

    parameters: tuple[Variable, ...]
    body: "Expression | None"
    kind: str = "FEEL"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedConditional(_Element):
    """If, then, else."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedFilter(_Element):
    """The items of a collection for which a condition holds."""

    collection: "Expression"
    match: "Expression"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedFor(_Element):
    """A result for each item of a collection."""

    iterator: str
    collection: "Expression"
    result: "Expression"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedQuantified(_Element):
    """Whether a condition holds for some, or with `every` for all, items of a collection."""

    every: bool
    iterator: str
    collection: "Expression"
    condition: "Expression"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Input(_Element):
    """An input of a decision table: a FEEL expression and, as unary tests, the values it may have."""

    expression: LiteralExpression
    allowed_values: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Output(_Element):
    """An output of a decision table.

    Each of several has a name. `allowed_values` are in order of priority; `default` holds when no rule matches.
    """

    name: str | None = None
    type_ref: str | None = None
    allowed_values: str | None = None
    default: LiteralExpression | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Rule(_Element):
    """A rule of a decision table: a cell of unary tests for each input, an expression for each output, remarks."""

    tests: tuple[LiteralExpression, ...]
    outputs: tuple[LiteralExpression, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable(_Element):
    """A decision table; rules are numbered from 1 in messages."""

    hit_policy: HitPolicy
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    aggregation: Aggregation | None = None
    annotations: tuple[str, ...] = ()
    type_ref: str | None = None
    output_label: str | None = None


Expression = (
    LiteralExpression
    | DecisionTable
    | BoxedContext
    | BoxedInvocation
    | BoxedRelation
    | BoxedList
    | BoxedFunction
    | BoxedConditional
    | BoxedFilter
    | BoxedFor
    | BoxedQuantified
)


@dataclass(frozen=True, slots=True)
class Reference(_Element):
    """The `href` of a requirement: `#id`, or `namespace#id`."""

    href: str


@dataclass(frozen=True, slots=True)
class Import(_Element):
    """Another model, its elements known here as `name.element` (with an empty name: as they are)."""

    name: str
    namespace: str
    import_type: str


@dataclass(frozen=True, slots=True)
class InputData(_Element):
    """A value that comes from outside."""

    id: str
    name: str
    variable: Variable


@dataclass(frozen=True, slots=True)
class Decision(_Element):
    """A value made from those it requires; without an expression it can only be given from outside."""

    id: str
    name: str
    variable: Variable
    information: tuple[Reference, ...] = ()
    knowledge: tuple[Reference, ...] = ()
    expression: Expression | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class KnowledgeModel(_Element):
    """A business knowledge model: a function that decisions and other knowledge models may call."""

    id: str
    name: str
    variable: Variable
    function: BoxedFunction | None = None
    knowledge: tuple[Reference, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class DecisionService(_Element):
    """Decisions offered as a function, its parameters the input data, then the input decisions (DMN 1.5, 10.4)."""

    id: str
    name: str
    variable: Variable
    output_decisions: tuple[Reference, ...] = ()
    encapsulated_decisions: tuple[Reference, ...] = ()
    input_decisions: tuple[Reference, ...] = ()
    input_data: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A file of definitions. `source` is what messages call it."""

    namespace: str
    name: str
    imports: tuple[Import, ...] = ()
    item_definitions: tuple[ItemDefinition, ...] = ()
    input_data: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    knowledge_models: tuple[KnowledgeModel, ...] = ()
    decision_services: tuple[DecisionService, ...] = ()
    source: str = field(default="", compare=False)
