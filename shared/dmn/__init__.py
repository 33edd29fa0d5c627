"""DMN models: read from XML, linked into programs, evaluated."""
