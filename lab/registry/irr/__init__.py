"""The Internet Routing Registry: route objects, as-sets, whois and the IRRd protocol."""
