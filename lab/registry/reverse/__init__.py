"""Reverse DNS: its zones, who serves them, and where customers host those that Cloudflare does not."""
