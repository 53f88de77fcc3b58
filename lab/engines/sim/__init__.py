"""The simulator: every speaker in this process, in virtual time."""
