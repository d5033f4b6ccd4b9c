"""The watch over SSO: a look at what it depends on, what follows from it, and what the log says of changes."""
