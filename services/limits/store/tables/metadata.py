"""What the tables of limits are described in."""

import sqlalchemy as sa

from shared.tables import platform_tables

metadata = sa.MetaData()
platform_tables(metadata)
