"""Prefixes: onboarding and its checks, LOAs, delegations, service bindings, BGP prefixes."""
