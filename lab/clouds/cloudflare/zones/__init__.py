"""Zones on Cloudflare's authoritative DNS, their records, and what is answered for them."""
