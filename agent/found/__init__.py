"""What was found: the one memory of it, what is kept beside it for people, and what a run comes to."""
