"""The use cases of a life cycle, one transaction each."""
