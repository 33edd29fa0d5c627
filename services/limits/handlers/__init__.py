"""The use cases of limits. Each opens one transaction; nothing remote happens inside it."""
