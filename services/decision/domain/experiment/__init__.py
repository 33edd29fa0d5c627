"""Experiments on policies: who is decided by a challenger, when a challenger must stop, what may be concluded."""
