"""The control planes of the clouds that address space is brought to."""
