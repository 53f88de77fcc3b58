from __future__ import annotations

from dataclasses import replace

from support.cloudflare_site import Site, draft_of, site_settings
from support.cloudflare_world import ACCOUNT

from lab.clouds.cloudflare.alerting.policy import PolicyDraft
from lab.clouds.cloudflare.spectrum.app import Connectivity, EdgeAddresses, ProxyProtocol, Tls
from lab.clouds.cloudflare.spectrum.origins import OriginName
from lab.state.state import State


def test_zones_records_maps_applications_and_policies_survive_a_restart(tmp_path):
    state = State(tmp_path / "lab.db")
    site = Site(site_settings(), state)
    zone = site.zone()
    site.proxied(zone)
    site.record(zone, "@", "MX", "mail.example.net", priority=10, comment="mail", tags=("a:b",))
    site.map("203.0.113.1", "2001:db8:1::1", zones=(zone,), everybody=True, default_sni="sni.example.com")
    site.app(zone, "ssh", "203.0.113.18", tls=Tls.FULL, proxy_protocol=ProxyProtocol.V1)
    named = draft_of("web", origin_name=OriginName("host.example.net", "A", 60), origin_port="22")
    dynamic = replace(named, edge=EdgeAddresses((), Connectivity.IPV6))
    site.do(lambda: site.cloud.spectrum.create(zone, dynamic))
    site.do(lambda: site.cloud.policies.create(ACCOUNT, PolicyDraft("leaks", ("noc@example.com",))))
    before, answers = site.everything(), site.answers("www.example.com")
    state.close()
    again = Site(site_settings(), State(tmp_path / "lab.db"))
    assert again.everything() == before
    assert again.answers("www.example.com") == answers == {"203.0.113.1"}
