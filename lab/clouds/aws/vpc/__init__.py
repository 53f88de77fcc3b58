"""VPCs with their address blocks, and what in them uses addresses."""
