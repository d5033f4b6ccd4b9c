"""Where log lines go, in which form, and how many."""
