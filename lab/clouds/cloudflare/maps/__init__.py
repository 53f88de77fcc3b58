"""Address maps: which addresses are answered for proxied records; static IPs."""
