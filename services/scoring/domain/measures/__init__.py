"""The statistics by which a score is judged, for everything that reports them: discrimination, calibration, stability,
gains and fairness.

Counts and the rates made of them are exact. What needs a distribution (intervals, p-values, critical values) is binary
floating point: it describes, and nothing is decided by it.
"""
