"""What Cloudflare's edge does with a packet."""
