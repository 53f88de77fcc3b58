"""Notifications: policies, and what was sent."""
