"""Words for PowerShell."""

# It takes the typographic ones for the plain one.
QUOTES = "'‘’‚‛"  # noqa: RUF001 - these very letters
DOUBLED = str.maketrans({quote: quote * 2 for quote in QUOTES})


def quoted(text: str) -> str:
    """One word, whatever is in it."""
    return f"'{text.translate(DOUBLED)}'"
