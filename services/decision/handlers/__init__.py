"""The use cases of decision, a module per subject."""
