"""What everything stands on: the words for what is probed, ports, lengths of time, harmless text, the clock, files."""
