"""The issuing side of the lab's RPKI: trust anchors, CAs and all that they sign, faults on purpose included.

From the bottom up: keys, the encoding of each kind of object, one key pair's products (`ca_instance`), a CA
(`authority`), the whole RPKI of a lab (`hierarchy`). It is pure: time comes in, files by URI come out.
"""
