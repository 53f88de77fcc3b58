"""What a publication server may publish, as strategies: the objects are bytes without a meaning."""

from __future__ import annotations

from hypothesis import strategies as st

BASE = "rsync://rpki.example.net/repo/"

_names = st.sampled_from(["a.roa", "b.roa", "c.cer", "d.mft", "e&f.crl"])
_directories = st.sampled_from(["", "ca/", "ca/1/", "other/"])

contents = st.dictionaries(
    st.builds(lambda directory, name: f"{BASE}{directory}{name}", _directories, _names),
    st.binary(max_size=60),
    max_size=6,
)
"""All files of a server by URI; few names, so that one content has much in common with the next."""

histories = st.lists(contents, min_size=1, max_size=8)
"""One content after the other."""
