"""The books compared with themselves: statements that find what does not add up, and what they are run over."""
