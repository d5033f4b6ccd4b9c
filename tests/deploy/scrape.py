"""The configurations of `deploy/prometheus`, as tests read them."""

import re

from tests.deploy.dashboard import ROOT

DEPLOYED = ROOT / "deploy" / "prometheus"
WHOLE = (DEPLOYED / "prometheus.yml").read_text("utf-8")
AGENT_MODE = (DEPLOYED / "agent-mode.yml").read_text("utf-8")


def variants(text: str = WHOLE) -> list[str]:
    """The jobs that stand there as comments, each with the head of the file in place of its own job."""
    head = text.partition("scrape_configs:\n")[0]
    jobs = re.findall(r"(?m)^#  - job_name: .*\n(?:^#    .*\n)+", text)
    return [f"{head}scrape_configs:\n{re.sub('(?m)^#', '', job)}" for job in jobs]
