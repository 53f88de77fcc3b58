"""The Domain Name System of a lab: zones, who serves them, and a server on loopback."""
