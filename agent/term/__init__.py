"""One configuration follows another while the agent runs: what ends, what goes on, what is refused."""
