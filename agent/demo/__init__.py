"""A whole small site on loopback."""
