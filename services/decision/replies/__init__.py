"""What decision shows of its values over HTTP."""

from services.decision.replies.decisions import (
    DecisionPage,
    DecisionReply,
    ExplainedReply,
    decided,
    decision_reply,
    explained_reply,
)
from services.decision.replies.explanations import ExplanationReply, explanation_reply
from services.decision.replies.replays import ReplayReply, replay_reply

__all__ = [
    "DecisionPage",
    "DecisionReply",
    "ExplainedReply",
    "ExplanationReply",
    "ReplayReply",
    "decided",
    "decision_reply",
    "explained_reply",
    "explanation_reply",
    "replay_reply",
]
