"""The command line: thin commands over lab.scenario, and what they print."""
