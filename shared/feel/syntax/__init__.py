"""From the text of FEEL to its tree."""
