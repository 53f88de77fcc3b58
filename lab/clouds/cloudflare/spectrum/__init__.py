"""Spectrum applications."""
