"""The sandbox: plays the data sources that intake asks, for development and tests. It is no part of production.

One process answers as a consumer bureau, as a company registry and as an employment check. Seven identities of each
force what happens (`services.sandbox.identities`); anybody else has a plausible report that follows from the number.
"""
