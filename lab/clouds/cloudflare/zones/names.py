"""Names of records as the API takes them."""

from __future__ import annotations

from lab.dns.names import canonical, is_within, record_name


def name_in_zone(text: str, zone: str) -> str:
    """The whole name of what is written as `@`, `www`, `www.example.com` or `*` in the zone example.com.

    Raises lab.dns.names.DomainNameError.
    """
    if text == "@":
        return zone
    given = canonical(text)
    return record_name(given if is_within(given, zone) else f"{given}.{zone}")
