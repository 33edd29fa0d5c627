"""The use cases of trials: choosing versions for applications, and the loops that follow the life cycle."""
