"""The live engine: one ExaBGP speaker per AS, real TCP sessions, wall clock."""
