"""Where the tables are registered, with those that every service has."""

import sqlalchemy as sa

from shared.governance.tables import activation_table
from shared.tables import platform_tables

metadata = sa.MetaData()
platform_tables(metadata)
activation_table(metadata)
