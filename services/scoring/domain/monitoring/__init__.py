"""Watching a model after it has gone live: what became of its scores, how far its population has moved, whom it treats
differently, and when somebody has to look.

`outcome` is what lenders report, `plan` what is watched and when it is too much, `grouping` by which facts it is told,
`baseline` what the artefact froze and `counts` what the store counts. `measure` makes `figures` of these with `shifts`,
`performance` and `fairness`; a `report` has them. `alarms` says when a figure has crossed its threshold, `comparison`
sets two models beside one another.
"""
