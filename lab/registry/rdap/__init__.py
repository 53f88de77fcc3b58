"""RDAP (RFC 7480, 9082, 9083) as the five RIRs serve it, from one registry database."""
