"""Whom, when, what it means, and telling."""

__version__ = "0.1.0"
