"""Credit reports: what is known of a party put on one sheet, and what officers think of it."""

from services.intake.handlers.credit_reports.gathering import gather
from services.intake.handlers.credit_reports.opinions import GiveOpinion, get_opinion, give_opinion

__all__ = ["GiveOpinion", "gather", "get_opinion", "give_opinion"]
