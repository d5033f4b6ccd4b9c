"""The two forms of a log line: text and JSON."""

import json
import logging

from agent.ground.text import plain, timestamp


class TextLines(logging.Formatter):
    """`2026-01-01T10:00:00.000Z info verdict changed peer=MSS check=epm`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_quoted(value)}" for name, value in fields_of(record).items())
        line = f"{timestamp(record.created)} {record.levelname.lower()} {plain(record.getMessage(), 2000)}{fields}"
        if not record.exc_info:
            return line
        # Indented, so that no text of an exception can pass for a line of the log.
        trace = self.formatException(record.exc_info).splitlines()
        return "\n".join([line, *(f"  {plain(each, 2000)}" for each in trace)])


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": timestamp(record.created),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str)


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What is known beside the message, by name."""
    fields = getattr(record, "fields", {})
    return dict(fields) if isinstance(fields, dict) else {}


def _quoted(value: object) -> str:
    """In quotes where a reader could take it for more than one field."""
    text = plain(str(value), 1000)
    if text and not any(letter in ' "=' for letter in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
