"""Ranges of one's own: the paperwork AWS checks, and what becomes of a range."""
