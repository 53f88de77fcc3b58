"""Records that change in transactions and, with a file, survive the end of the process at any moment."""
