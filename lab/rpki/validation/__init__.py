"""The relying party: from trust anchor locators to validated payloads (RFC 6480 section 6, RFC 6487, RFC
9286).

`validator` walks the tree, `publication_point` takes one CA's files, `verification` one file. What is
expensive does not depend on the time: it is remembered in a `store` and used again while the file is the
same.
"""
