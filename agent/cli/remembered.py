"""What the agent of this host remembers, for a command beside it: read, and never written or moved."""

import sys

from agent.site.setup import Setup
from agent.store.kept import Kept, state_folder
from agent.store.store import Store


def remembered(setup: Setup) -> Kept:
    """Where it may not be read, that is said once. A site without a file has no agent."""
    if not setup.is_from_file:
        return Kept(None)
    folder = state_folder(setup.config)
    return Kept(Store(folder, setup.config.site, lambda word: print(word, file=sys.stderr), of_person=True))
