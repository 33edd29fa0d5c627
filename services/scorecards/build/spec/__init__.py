"""The build spec: which data, which characteristics, which split; written in YAML beside the artefact it makes.

```yaml
format: assay.scorecard-build/2
name: consumer-loan                    # of the scorecard, with its version
version: 2
title: Consumer instalment loan, application scorecard
product: ../products/consumer-loan.yaml            # whose facts are scored; relative to this file
citation: where the data come from
population: accepted                   # or through_the_door; accepted applications only earn a warning
notes: {purpose: ..., use: ..., developer: ..., limits: [...]}      # for the model document
target: {column: class, bad: [bad], good: [good], indeterminate: [open], definition: 90 days past due in a year}
data:                                  # a data map as for backtests: missing texts, facts, expressions over facts
  missing: ['', '?']
  as_of: {column: opened, date_format: '%d/%m/%Y'}              # only where time parts the rows
  facts: {requested_amount: credit_amount, share: {expression: guaranteed / requested_amount}}
  protected: {age: {column: age_years, bands: [25, 35, 50]}}    # proxies are looked for; never scored
excluded: {job: why this column is neither}        # every column is used or excluded
split: {method: stratified, seed: 42, train_percent: 70, folds: 5, repeats: 3, folds_over: all}
scaling: {base_score: 600, base_odds: 30, points_to_double_odds: 20, direction: higher_is_better}
binning: {minimum_bin_percent: 5, maximum_bins: 6, maximum_prebins: 20, minimum_special_rows: 30}
selection: {minimum_information_value: '0.02', maximum_correlation: '0.8', maximum_variance_inflation: '10',
            maximum_characteristics: 15}
regression: {penalty: [none, '1', '0.1']}          # C of a ridge; of several, cross-validation within the rows chooses
proxies: {maximum_association: '0.3', justified: {housing: the words of a reason}}
reasons: {limit: 4, method: shortfall_at_cutoff, cutoff: 560, within: 20}
grades: [{grade: A, from: 560}, {grade: B, below: 560}]
validity_days: 90
characteristics:
  duration_months: {reason_code: TERM_TOO_LONG, bad_rate: rises, special: [-1], outside: unseen}
  savings: {reason_code: SAVINGS_LOW, order: [low, middle, high], bad_rate: falls, special: [unknown]}
  share: {reason_code: SHARE_HIGH, cuts: ['0.25', '0.5'], force: in, why: asked for by the credit committee}
```

`split.method` is also `shuffled` (as scikit-learn's `train_test_split(random_state=seed)`) or `column` (with `column`,
`train` and `test`); `time_from: 2024-01-01` keeps later rows apart. `folds_over: train` leaves the held-out rows out of
cross-validation too. `bad_rate` is rises, falls, peak, valley, monotonic, auto (unless given) or any; an enumeration
needs an `order` for all but the last two. `groups` are the bins of an enumeration without an order. Amounts are minor
units in `special`, `cuts` and bins. `outside` is what numbers beyond those trained on count as: score (the end bins),
missing or unseen.

The first format, `assay.scorecard-build/1`, has `columns` in place of `data` and fewer choices; what it makes stays the
same to the byte.
"""

from services.scorecards.build.spec.model import (
    BuildError,
    BuildSpec,
    Candidate,
    Force,
    Proxies,
    Reasons,
    Selection,
    Split,
    SplitMethod,
    Target,
    Trend,
)
from services.scorecards.build.spec.read import read_spec

__all__ = [
    "BuildError",
    "BuildSpec",
    "Candidate",
    "Force",
    "Proxies",
    "Reasons",
    "Selection",
    "Split",
    "SplitMethod",
    "Target",
    "Trend",
    "read_spec",
]
