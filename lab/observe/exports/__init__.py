"""Exports: a lab as it stands, as text or bytes in formats that other programs read."""
