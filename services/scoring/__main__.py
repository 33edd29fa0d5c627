"""`python -m services.scoring shadows`: how scoring's worker starts the process of its shadows."""

import asyncio
import sys

from services.scoring.app import answer_in_shadow
from services.scoring.settings import Settings
from shared.logging import configure_logging
from shared.settings import PlatformSettings

if __name__ == "__main__":
    if sys.argv[1:] != ["shadows"]:
        sys.exit("usage: python -m services.scoring shadows")
    configure_logging("scoring", "shadows", PlatformSettings().log_level)
    try:
        asyncio.run(answer_in_shadow(Settings()))
    except BrokenPipeError:
        sys.exit("nobody listens any more")
