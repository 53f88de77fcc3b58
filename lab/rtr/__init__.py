"""The RPKI-to-Router protocol: RFC 6810 (version 0), RFC 8210 (1), draft-ietf-sidrops-8210bis (2, with ASPA).

`cache` and `server_session` are a cache without its I/O, `client_session` is a router without its own.
`server` and `client` put sockets around them. Standard library and `lab.bgp` only: it runs in speakers too.
"""
