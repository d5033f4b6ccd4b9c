"""`python -m agent.cli` is `probe`."""

from agent.cli import main

main()
