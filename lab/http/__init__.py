"""HTTP for the control planes and registries: requests and answers as values, and a server on loopback."""
