from services.decision.store.tables import metadata
from shared import migrations

migrations.run(metadata)
