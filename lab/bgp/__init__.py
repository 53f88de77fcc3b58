"""The routing logic, once: pure, without I/O, and without any dependency but the standard library.

The simulator calls it directly and every ExaBGP speaker's agent runs this very package.
"""
