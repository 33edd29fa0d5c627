"""A fact that the file does not have, worked out from others: FEEL, as in policies, and so exact in every engine."""

from collections.abc import Set

from services.backtests.inputs.cells import BadReading
from services.backtests.stored import name, sql_type
from shared.facts import Fact
from shared.feel.syntax import FeelSyntaxError, parse_expression
from shared.feel.typed import NOW, TODAY, Type, TypeFaults, check_expression, names_in
from shared.feel.typed.sql import Uncompilable, column, to_sql
from shared.feel.typed.sql.value import at_scale
from shared.products import Product


def expression_sql(fact: Fact, text: str, product: Product, known: Set[str]) -> str:
    """Return SQL of `text`, FEEL over the facts `known`, brought to what `fact` can be; raises `BadReading`.

    Numbers are rounded half up to the scale of the fact, and missing where the fact could not have them.
    """
    facts = {label: each for label, each in product.dictionary.facts.items() if label in known and not each.protected}
    types = {label: Type.of_fact(each) for label, each in facts.items()}
    try:
        typed = check_expression(parse_expression(text, types), types, Type.of_fact(fact))
        if not names_in(typed).isdisjoint((TODAY, NOW)):
            raise BadReading("may not ask for the day: map a date and compare with that")
        value = to_sql(typed, {label: column(name(label), of) for label, of in types.items()})
        if value.is_integer:
            value = at_scale(value, fact.scale)
        return f"CAST({value.sql} AS {sql_type(fact)})"
    except FeelSyntaxError as error:
        raise BadReading(error.message) from None
    except TypeFaults as error:
        raise BadReading(str(error)) from None
    except Uncompilable as error:
        raise BadReading(error.reason) from None
