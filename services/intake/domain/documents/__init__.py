"""Documents of a party: which there are, what they may contain, and whether content is what it claims to be."""
