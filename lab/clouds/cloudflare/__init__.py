"""Cloudflare as its API, dashboard documents and SDKs show it: addressing, zones, Spectrum, notifications."""
