"""What ssoreach.exe runs."""

from agent.cli import main

main()
