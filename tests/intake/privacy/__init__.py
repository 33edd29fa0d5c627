"""Privacy: exports, erasure, legal holds, retention, keys, and that nothing leaks."""
