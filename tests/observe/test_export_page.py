"""The HTML page: what it tells, and that its text can do no harm."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import snapshots
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.observe.describe import describe
from lab.observe.events import Note
from lab.observe.exports.formats import FORMATS, ExportError, export
from lab.observe.exports.page import html

PREFIX = Prefix.parse("203.0.113.0/24")


class Page(HTMLParser):
    """The page's tags, its tables by caption as lists of rows, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.tables, self.text = [], [], {}, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "rect", "path"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "caption":
            self.rows = self.tables.setdefault(data, [])
        elif self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        elif self.open and self.open[-1] != "style":
            self.text.append(data.strip())


@pytest.fixture(scope="module")
def demo():
    return snapshots.of_lab("demo")


def test_every_tag_is_closed(demo):
    assert Page(html(demo)).open == []


def test_every_prefix_has_a_table_with_the_route_of_every_speaker(demo):
    page = Page(html(demo))
    head, *rows = page.tables["203.0.113.0/24"]
    assert head == ["at", "AS", "via", "AS path", "RPKI"]
    assert [row[0] for row in rows] == [speaker.name for speaker in demo.topology.routers()]
    assert ["eyeball", "AS64500", "transit-b", "64511 13335", "valid"] in rows
    assert ["cloudflare", "AS13335", "its own", "empty", "valid"] in rows
    prefixes = {str(prefix) for view in demo.views.values() for prefix in view.best}
    assert prefixes <= set(page.tables)


def test_who_has_no_route_stands_in_the_table_too():
    rows = Page(html(snapshots.of_text(HIJACK))).tables["203.0.113.0/25"]
    assert ["transit-a", "AS64510", "no route", "", ""] in rows


HIJACK = """
topology: byoip
name: hijack
scenario:
  - hijack: {by: attacker, prefix: 203.0.113.0/25}
"""


def test_the_timeline_holds_every_event_in_order(demo):
    _, *rows = Page(html(demo)).tables["What happened, oldest first"]
    assert [row[1] for row in rows] == [describe(event) for event in demo.events]


def test_the_alerts_that_stand_are_told():
    snapshot = snapshots.of_text(HIJACK)
    assert snapshot.alerts
    _, *rows = Page(html(snapshot)).tables["Alerts that stand, as they were when raised"]
    assert rows == [[alert.kind.value, str(alert.prefix), alert.text] for alert in snapshot.alerts]


def test_with_no_alert_the_page_says_so(demo):
    assert "No alert stands." in Page(html(replace(demo, alerts=()))).text


def test_with_a_prefix_only_it_and_its_more_specifics_are_told(demo):
    page = Page(html(demo, PREFIX))
    assert "203.0.113.0/24" in page.tables
    assert "198.51.100.0/24" not in page.tables
    assert "Forwarding to 203.0.113.0/24" in page.text
    _, *rows = page.tables["What happened, oldest first"]
    assert not [row for row in rows if "198.51.100.0/24" in row[1] and "announces" in row[1]]
    assert [row for row in rows if "attacker announces 203.0.113.0/25" in row[1]]


def test_of_a_prefix_nobody_has_the_page_says_so(demo):
    page = Page(html(demo, Prefix.parse("2001:db8:ffff::/48")))
    assert "Nobody has a route to 2001:db8:ffff::/48." in page.text


def test_times_of_a_live_lab_are_utc_and_those_of_a_simulated_one_are_seconds(demo):
    events = (Note(1700000000.5, "", "live"), Note(12.5, "", "simulated"))
    _, *rows = Page(html(replace(demo, events=events))).tables["What happened, oldest first"]
    assert rows == [["2023-11-14 22:13:20 UTC", "live"], ["12.500 s", "simulated"]]


def test_nothing_is_loaded_and_nothing_runs(demo):
    for tag, attributes in Page(html(demo)).tags:
        assert tag not in ("script", "link", "img", "iframe", "object", "image", "use")
        assert not {"href", "src", "xlink:href", "onload"} & set(attributes)


@settings(max_examples=examples(40), deadline=None)
@given(
    st.text(max_size=60) | st.sampled_from(["<script>alert(1)</script>", "</td></table>", '"><b>', "&amp;"])
)
def test_any_text_of_an_event_stays_text(text):
    snapshot = replace(BYOIP, events=(Note(0.0, "", text),))
    page = Page(html(snapshot))
    assert {tag for tag, _ in page.tags} <= TAGS
    assert page.open == []


BYOIP = snapshots.of_lab("byoip")
TAGS = {tag for tag, _ in Page(html(BYOIP)).tags}


def test_an_unknown_format_is_answered_with_those_there_are(demo):
    with pytest.raises(ExportError, match="no export format 'svgg'; did you mean 'svg'") as caught:
        export(demo, "svgg")
    assert all(name in str(caught.value) for name in FORMATS)
