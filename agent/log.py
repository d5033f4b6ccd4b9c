"""Where log lines go, and their two forms."""

import json
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from agent.report.document import timestamp
from agent.report.escape import plain

FILE_BYTES = 10 * 1024 * 1024
FILES = 5

log = logging.getLogger("ssoreach")


class TextLines(logging.Formatter):
    """`2026-01-01T10:00:00.000Z info verdict changed peer=MSS check=epm`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_quoted(value)}" for name, value in _fields(record).items())
        line = f"{timestamp(record.created)} {record.levelname.lower()} {plain(record.getMessage(), 2000)}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": timestamp(record.created),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False, default=str)


def set_up(level: str, form: str, file: Path | None) -> None:
    """To standard error, or to a file that is rotated. OSError when the file cannot be written."""
    handler: logging.Handler = logging.StreamHandler()
    if file is not None:
        handler = RotatingFileHandler(file, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel(level.upper())


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields = getattr(record, "fields", {})
    return dict(fields) if isinstance(fields, dict) else {}


def _quoted(value: object) -> str:
    text = plain(str(value), 1000)
    return f'"{text}"' if " " in text or '"' in text else text
