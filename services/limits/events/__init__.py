"""Domain facts of limits as public contracts, and decisions as the approvals that limits acts on."""
