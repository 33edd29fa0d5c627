"""The use cases of scoring, a module per subject."""
