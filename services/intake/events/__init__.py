"""Domain facts of intake as public contracts, and contracts of others as facts that intake keeps."""

from services.intake.events.applications import decision_summary, fact_source, granted_limit, submitted

__all__ = ["decision_summary", "fact_source", "granted_limit", "submitted"]
