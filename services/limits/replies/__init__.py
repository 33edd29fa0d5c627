"""What limits shows of its values over HTTP."""
