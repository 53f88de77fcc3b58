"""The model of a lab and the files that describe it."""
