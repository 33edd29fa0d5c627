"""Watching a model after it has gone live: what became of its scores, how far its population has moved, whom it treats
differently, and when somebody has to look.

`outcome` is what lenders report, `plan` what is watched and when it is too much, `baseline` what the artefact froze,
`counts` what the store counts, `figures` a report's content and `measure` how it is made of the others, `alarms` when a
figure has crossed its threshold, `comparison` two models on the same applications.
"""
