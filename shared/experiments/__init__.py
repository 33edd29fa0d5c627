"""Trying a version beside the live one: as a challenger for a share of the parties, or as a shadow that is never heard.

Written once for every kind of document that answers applications (policies, scorecards): `domain` says who gets which
version and when a challenger must stop, `store` keeps how far trials have come, `handlers` follow the life cycle in the
worker. A service says where its answers are kept (`journal`), how they are counted, and what a shadow makes of them.
"""
