"""Check rules: the documents they are written in, and what these come to."""

from services.limits.replies.check_rules.document import RuleDocument, RulePage, RuleReply
from services.limits.replies.check_rules.reading import BUILT_IN, read_rule, rule_of

__all__ = ["BUILT_IN", "RuleDocument", "RulePage", "RuleReply", "read_rule", "rule_of"]
