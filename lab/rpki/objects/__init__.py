"""The objects of the RPKI as bytes: certificates, CRLs, manifests, ROAs, ASPAs and trust anchor locators.

Each module reads one kind of object and holds it against its profile, by itself: the issuer's signature, its
resources and revocation are the relying party's (`lab.rpki.validation`).
"""
