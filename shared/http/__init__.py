"""HTTP at the edge: strict input, problem+json for every error, deny by default, one way a request flows."""

from shared.http.body import Body, SafeStr
from shared.http.ops import mount_operations
from shared.http.problems import mount_problem_handlers, problem
from shared.http.routes import StrictRoute, caller, claim, fingerprinted, operation, reply

__all__ = [
    "Body",
    "SafeStr",
    "StrictRoute",
    "caller",
    "claim",
    "fingerprinted",
    "mount_operations",
    "mount_problem_handlers",
    "operation",
    "problem",
    "reply",
]
