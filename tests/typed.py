"""What the documents have people type: the lines behind a prompt, and the commands in the middle of a sentence."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROMPT = re.compile(r"(\$|#|PS>|>) (.*)")
PROGRAM = re.compile(r"(?:(?:\.\\|[\w/.\\]*[/\\])?(?:probe|ssoreach)(?:\.exe)?)")


class Typed(NamedTuple):
    """One command as it stands in a document, its continuation lines joined, without the comment behind it."""

    document: str
    line: str
    is_windows: bool = False

    @property
    def words(self) -> list[str]:
        """As a shell takes them apart; what Windows has as `\\` is a letter as any other."""
        return shlex.split(self.line.replace("\\", "/"))

    @property
    def is_ours(self) -> bool:
        return PROGRAM.fullmatch(self.line.split()[0]) is not None


def typed() -> list[Typed]:
    """Of all blocks with a prompt, and of all lines of a shell's script."""
    found = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for language, block in re.findall(r"^```(console|sh)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            joined = re.sub(r"\s*\\\n\s*|\n>> *", " ", block)
            lines = _prompted(joined) if language == "console" else (("$", line) for line in joined.splitlines())
            found += [
                Typed(document.name, re.sub(r"\s+# .*", "", line), _is_windows(mark, line)) for mark, line in lines
            ]
    return found


def _without_comment(line: str) -> str:
    return re.sub(r"\s+# .*", "", line)


def _is_windows(mark: str, line: str) -> bool:
    """By its prompt, unless the line could be typed anywhere."""
    return mark not in "$#" and not line.startswith("probe ")


def _prompted(block: str) -> Iterator[tuple[str, str]]:
    """The prompt, and what stands behind it."""
    for line in block.splitlines():
        match = PROMPT.fullmatch(line)
        if match is not None:
            yield match[1], match[2]


def told(text: str) -> set[str]:
    """Commands of ours in the middle of a sentence; not what agents say to one another, which begins alike."""
    return set(re.findall(r"`((?:probe|ssoreach|ssoreach\.exe) (?!agent )[a-z][^`\n]*)`", text))
