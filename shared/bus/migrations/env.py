"""Migrates the schema of the embedded log; run through `shared.migrations`."""

from sqlalchemy import MetaData

from shared import migrations

migrations.run(MetaData())
