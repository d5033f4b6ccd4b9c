"""Both ends of a path, as one process has them: what it holds for others, asks of them, tells them and is told."""
