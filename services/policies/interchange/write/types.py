"""Item definitions: the types of facts, definitions and outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.outcome import Outcome
from services.policies.interchange.digests import digest_of
from services.policies.interchange.markup import Tag, text_tag
from services.policies.interchange.vocabulary import NUMBERS, ON_MISSING
from shared.facts import Fact, FactType
from shared.feel.syntax.strings import escape
from shared.money import exponent
from shared.products import Product

_PLAIN: Final = {FactType.BOOLEAN: "boolean", FactType.DATE: "date"}
_OUTPUTS: Final[Mapping[str, Sequence[str]]] = {"outcome": tuple(Outcome), "on_missing": ON_MISSING}


@dataclass(slots=True)
class Types:
    """The item definitions that a model needs, by name, gathered while it is written."""

    product: Product
    definitions: dict[str, Tag] = field(default_factory=dict)

    @property
    def minor_digits(self) -> int:
        """Decimal places of amounts in the product's currency."""
        return exponent(self.product.currency)

    def of_fact(self, fact: Fact) -> str:
        """Return the name of the type of a fact."""
        name = f"t_{fact.name}"
        if fact.type is FactType.ENUM:
            return self._add(name, "string", listed(fact.values), fact.label)
        bounds = self._bounds(fact)
        if bounds is not None:
            return self._add(name, "number", bounds, fact.label)
        return self._declared(fact.type, fact.scale)

    def of_definition(self, name: str, kind: Mapping[str, Any]) -> str:
        """Return the name of the type that a definition declares; definitions are never called like facts."""
        return self._of_kind(f"t_{name}", kind)

    def of_term(self, outcome: str, name: str, kind: Mapping[str, Any]) -> str:
        """Return the name of the type that a term of an outcome declares."""
        return self._of_kind(f"term_{outcome}_{name}", kind)

    def of_stage(self, stage: str, keys: Sequence[str], collection: bool) -> str:
        """Return the name of the type of a stage: its output, a context of several, or a list of such contexts."""
        if len(keys) == 1 and not collection:
            return self.of_output(keys[0])
        name = f"output_{stage}"
        components = [
            Tag("itemComponent", {"id": f"item_{name}_{key}", "name": key}, (Tag("typeRef", text=self.of_output(key)),))
            for key in keys
        ]
        attributes = {"id": f"item_{name}", "name": name, "isCollection": "true" if collection else None}
        self.definitions[name] = Tag("itemDefinition", attributes, components)
        return name

    def of_limit(self) -> str:
        """Return the name of the type of amounts."""
        return self._declared(FactType.MONEY, None)

    def _of_kind(self, item: str, kind: Mapping[str, Any]) -> str:
        declared = FactType(kind["type"])
        if declared is FactType.ENUM:
            return self._add(item, "string", listed(kind["values"]), "")
        return self._declared(declared, kind.get("scale"))

    def of_output(self, key: str) -> str:
        """Return the name of the type of a stage's output."""
        if key in _OUTPUTS:
            return self._add(f"output_{key}", "string", listed(_OUTPUTS[key]), "")
        return "number" if key in NUMBERS else "string"

    def scale_of(self, kind: Mapping[str, Any]) -> int | None:
        """Return the decimal places that values of a declared type are rounded to, None where they are no numbers."""
        declared = FactType(kind["type"])
        if declared is FactType.DECIMAL:
            return int(kind.get("scale", 0))
        return {FactType.INTEGER: 0, FactType.MONEY: self.minor_digits}.get(declared)

    def _declared(self, declared: FactType, scale: int | None) -> str:
        if declared in _PLAIN:
            return _PLAIN[declared]
        if declared is FactType.MONEY:
            return self._add("money", "number", None, f"An amount of {self.product.currency}, in whole units and parts")
        if declared is FactType.INTEGER:
            return self._add("integer", "number", None, "A whole number")
        if scale is None:
            return self._add("decimal", "number", None, "A number")
        return self._add(f"decimal_{scale}", "number", None, f"A number with {scale} decimals")

    def _bounds(self, fact: Fact) -> str | None:
        if fact.minimum is None and fact.maximum is None:
            return None
        digits = self.minor_digits if fact.type is FactType.MONEY else 0
        low, high = (
            None if bound is None else format(Decimal(bound).scaleb(-digits), "f")
            for bound in (fact.minimum, fact.maximum)
        )
        if low is None:
            return f"<= {high}"
        return f">= {low}" if high is None else f"[{low}..{high}]"

    def _add(self, name: str, type_ref: str, allowed: str | None, description: str) -> str:
        if name not in self.definitions:
            children = [Tag("description", text=description)] if description else []
            children.append(Tag("typeRef", text=type_ref))
            if allowed is not None:
                children.append(text_tag("allowedValues", allowed, {"id": f"values_{name}"}))
            tag = Tag("itemDefinition", {"id": f"item_{name}", "name": name}, children)
            self.definitions[name] = replace(tag, attributes={**tag.attributes, "assay:digest": digest_of(tag.texts())})
        return name


def listed(values: Sequence[str]) -> str:
    """Return the unary tests of which texts are allowed."""
    return ", ".join(map(escape, values))
