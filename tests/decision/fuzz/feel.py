"""Valid FEEL by chance: cells and expressions over the facts of a product, of the type that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from shared.facts import Fact, FactType

NUMBERS = (FactType.INTEGER, FactType.DECIMAL)


@dataclass(frozen=True)
class Writer:
    """Writes FEEL over `facts`; deeper expressions are rarer."""

    rng: Random
    facts: Sequence[Fact]

    def names(self, *types: FactType) -> list[str]:
        return [fact.name for fact in self.facts if fact.type in types]

    def literal(self, fact: Fact) -> str:
        match fact.type:
            case FactType.ENUM:
                return f'"{self.rng.choice(fact.values)}"'
            case FactType.BOOLEAN:
                return self.rng.choice(["true", "false"])
            case FactType.DATE:
                return self.day()
            case FactType.INTEGER:
                return str(self.rng.randint(0, 60))
            case _:
                return self.number()

    def number(self) -> str:
        return self.rng.choice(
            [f"{self.rng.randint(0, 9000)}", f"{self.rng.randint(0, 200)}.{self.rng.randint(1, 99)}"]
        )

    def day(self) -> str:
        text = f"{self.rng.randint(1990, 2030)}-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}"
        return self.rng.choice([f'date("{text}")', f'@"{text}"'])

    def cell(self, fact: Fact) -> str:
        """Return unary tests of a fact."""
        tests = ", ".join(self.simple_test(fact) for _ in range(self.rng.choice([1, 1, 1, 2, 3])))
        return self.rng.choice([tests, tests, tests, f"not({tests})"])

    def simple_test(self, fact: Fact) -> str:
        one = self.literal(fact)
        if fact.type in (FactType.ENUM, FactType.BOOLEAN):
            return self.rng.choice([one, one, f"!= {one}", f"? = {one}"])
        if self.rng.random() < 0.1:
            return self.rng.choice([f"? > {one} or ? = null", f"? in ({one}, {self.literal(fact)})", f"<= {fact.name}"])
        if self.rng.random() < 0.3:
            low, high = sorted([one, self.literal(fact)], key=lambda text: (len(text), text))
            return f"{self.rng.choice('[(]')}{low}..{high}{self.rng.choice('])[')}"
        return f"{self.rng.choice(['<', '<=', '>', '>=', '!=', ''])} {one}"

    def money(self, depth: int = 2) -> str:
        names = self.names(FactType.MONEY)
        if depth == 0 or self.rng.random() < 0.3:
            return self.rng.choice(names)
        less = depth - 1
        return self.rng.choice(
            [
                lambda: f"{self.money(less)} + {self.money(less)}",
                lambda: f"({self.money(less)} - {self.number()})",
                lambda: f"0.{self.rng.randint(1, 99)} * {self.money(less)}",
                lambda: f"{self.money(less)} / {self.decimal(less)}",
                lambda: f"{self.rng.choice(['min', 'max'])}({self.money(less)}, {self.money(less)})",
                lambda: f"(if {self.condition(less)} then {self.money(less)} else {self.money(less)})",
                lambda: f"round down({self.money(less)}, -2)",
                lambda: f"abs({self.money(less)})",
            ]
        )()

    def decimal(self, depth: int = 2) -> str:
        names = self.names(*NUMBERS)
        if depth == 0 or self.rng.random() < 0.3 or not names:
            return self.rng.choice([*names, self.number()])
        less = depth - 1
        return self.rng.choice(
            [
                lambda: f"{self.decimal(less)} {self.rng.choice('+-*/')} {self.decimal(less)}",
                lambda: f"({self.decimal(less)}) ** {self.rng.randint(-2, 4)}",
                lambda: f"({self.money(less)}) / {self.rng.choice(self.names(FactType.MONEY))}",
                lambda: f"{self.rng.choice(['min', 'max', 'sum', 'mean'])}({self.decimal(less)}, {self.decimal(less)})",
                lambda: f"(if {self.condition(less)} then {self.decimal(less)} else {self.number()})",
                lambda: f"{self.rng.choice(['floor', 'ceiling', 'abs'])}({self.decimal(less)})",
                lambda: f"-({self.decimal(less)})",
                self.exotic_number,
            ]
        )()

    def condition(self, depth: int = 2) -> str:
        less = max(depth - 1, 0)
        if depth == 0 or self.rng.random() < 0.4:
            return self.comparison(less)
        return self.rng.choice(
            [
                lambda: f"({self.condition(less)} {self.rng.choice(['and', 'or'])} {self.condition(less)})",
                lambda: f"not({self.condition(less)})",
                lambda: f"{self.decimal(less)} between {self.number()} and {self.number()}",
                lambda: f"{self.money(less)} >= {self.money(less)}",
                lambda: f"some i in [1, 2, 3] satisfies i > {self.decimal(less)}",
                lambda: f"every i in 1..4 satisfies i < {self.decimal(less)}",
            ]
        )()

    def comparison(self, depth: int) -> str:
        fact = self.rng.choice(self.facts)
        if fact.type in (FactType.ENUM, FactType.BOOLEAN):
            return f"{fact.name} {self.rng.choice(['=', '!='])} {self.literal(fact)}"
        other = self.literal(fact)
        if fact.type is FactType.DATE and self.rng.random() < 0.5:
            other = f'today() - duration("P{self.rng.randint(1, 40)}M")'
        elif fact.type in NUMBERS and self.rng.random() < 0.4:
            other = self.decimal(depth)
        return f"{fact.name} {self.rng.choice(['<', '<=', '>', '>=', '=', '!='])} {other}"

    def exotic_number(self) -> str:
        """Return a number that only the general engine computes."""
        a, b = self.decimal(0), self.decimal(0)
        return self.rng.choice(
            [
                f"count([{a}, {b}][item > 3])",
                f"sum(for i in 1..5 return i * {a})",
                f"{{a: {a}, b: a + {b}}}.b",
                f"(function(x) x + {b})({a})",
                f"sort([{a}, {b}], function(x, y) x < y)[1]",
                f"string length(string({a})) + {b}",
                f'number("12.5") + {b}',
            ]
        )
