"""Documents, and references that others gave."""
