"""`probe safe-to-restart`: asks what a restart needs, and nothing else."""

import asyncio
import sys

from agent.cli.remembered import remembered
from agent.cli.usage import wrong
from agent.found.exit import Exit
from agent.once import Wanted, run_once, samples_of
from agent.report.restart import print_restart
from agent.site.setup import Setup
from agent.site.topology import site_of
from agent.sso.part import Place, part_of
from agent.sso.words.restart import Answer, restart

EXIT = {Answer.YES: Exit.OK, Answer.NO: Exit.BAD, Answer.UNKNOWN: Exit.INCONCLUSIVE}


def ask_restart(setup: Setup) -> Exit:
    """Probe, print the answer, and say how to exit."""
    part = part_of(site_of(setup.config), setup.source)
    if part.place is Place.NONE:
        wrong(f"{setup.source.name} has no SSO service by its roles: {', '.join(setup.source.roles)}")
    peers = {host.name for host in (*part.masters, *part.standbys, *part.databases)}
    needed = setup.only(lambda path: path.peer in peers)  # a sample of the range shows a device that answers for all
    run = asyncio.run(run_once(needed, Wanted(samples_of(needed), exact=False), kept=remembered(setup)))
    if run.sso is None:
        return Exit.OURS  # every run concludes what it means for SSO
    print_restart(run.sso, run.ended, sys.stdout)
    return EXIT[restart(run.sso).answer]
