"""Trials as values: who is answered by a challenger, when a challenger must stop, what may be concluded."""
