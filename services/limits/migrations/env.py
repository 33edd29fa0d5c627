from services.limits.store.tables import metadata
from shared import migrations

migrations.run(metadata)
