"""Looking for personal data where none may be: in every clear column of every table, in whatever form."""

import re
from base64 import b64encode
from collections.abc import Collection, Mapping

from sqlalchemy import text

from shared.db import Database

_COLUMNS = text("""
    SELECT c.table_name AS table_name, c.column_name AS column_name, c.udt_name AS type
    FROM information_schema.columns c WHERE c.table_schema = current_schema() ORDER BY 1, 2
""")


def forms(value: str) -> set[str]:
    """Return the forms in which a value may stand somewhere, in lower case."""
    raw = value.encode()
    compact = re.sub(r"[\s.-]", "", value)
    found = {value, compact, raw.hex(), compact.encode().hex(), value.encode("unicode_escape").decode()}
    for text_form in {value, compact}:
        encoded = b64encode(text_form.encode()).decode().rstrip("=")
        # The last characters of base64 depend on what follows.
        found.add(encoded[: len(encoded) // 4 * 4])
    return {form.lower() for form in found if len(form) >= 6 or not form.isascii()}


def contains(haystack: str, value: str) -> bool:
    """Tell whether a text holds a value in one of its forms."""
    lowered = haystack.lower()
    return any(form in lowered for form in forms(value))


async def found_in_clear(
    db: Database, canaries: Mapping[str, str], without: Collection[str] = ()
) -> list[tuple[str, str, str]]:
    """Return where canaries stand in the schema: table, column and the canary's name. Sealed bytes hold none."""
    found: list[tuple[str, str, str]] = []
    async with db.transaction() as tx:
        await tx.execute(text("SET LOCAL enable_seqscan = on"))
        columns = list(await tx.execute(_COLUMNS))
        for column in columns:
            if column.table_name in without:
                continue
            # Bytes as they are, one character each, and as PostgreSQL writes them, in hexadecimal digits.
            value = f'"{column.column_name}"'
            shown = (
                f"encode({value}, 'escape') || ' ' || encode({value}, 'hex')"
                if column.type == "bytea"
                else f"{value}::text"
            )
            query = text(f'SELECT {shown} AS value FROM "{column.table_name}" WHERE {value} IS NOT NULL')
            values = "\n".join(row.value for row in await tx.execute(query))
            # Escaped bytes of Chinese text are octal; hexadecimal digits find them.
            found += [
                (column.table_name, column.column_name, name)
                for name, canary in canaries.items()
                if contains(values, canary)
            ]
    return found
