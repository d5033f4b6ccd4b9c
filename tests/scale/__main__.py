"""`make scale`: one agent with up to 1,000 peers, and 50 agents of one master. Writes docs/scale.md and docs/scale.svg.

Ends with 1 where a verdict is not what the rules say. Some seven minutes.
"""

import tempfile
from pathlib import Path

from tests.scale.crowds import crowds
from tests.scale.many import many
from tests.scale.report import PLOT, document, plot

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"


def main() -> None:
    load = f"Load of the machine at the start: {Path('/proc/loadavg').read_text('ascii').split()[0]}."
    with tempfile.TemporaryDirectory() as folder:
        quiet, scraped = crowds(Path(folder))
        print(*quiet, *scraped, sep="\n", flush=True)
        fifty = many(Path(folder) / "many")
    text = document(quiet, scraped, fifty, load)
    print(text)
    DOCUMENT.write_text(text, "utf-8")
    DOCUMENT.with_name(PLOT).write_text(plot(quiet, scraped), "utf-8")
    if fifty.wrong:
        raise SystemExit(f"{len(fifty.wrong)} verdicts are not what the rules say")


if __name__ == "__main__":
    main()
