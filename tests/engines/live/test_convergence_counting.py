"""When a round of reports shows a settled lab, and what it says when it does not."""

from __future__ import annotations

from lab.engines.live.convergence import SessionCount, SpeakerCount, behind, changed, obstacles

SESSION = [("one", "two", True)]


def speaker(neighbor: str, up=True, epoch=1, sent=0, processed=0, busy=False) -> SpeakerCount:
    return SpeakerCount(busy, {neighbor: SessionCount(up, epoch, sent, processed)})


def test_a_lab_is_settled_when_all_that_was_sent_was_processed():
    counts = {"one": speaker("two", sent=3, processed=1), "two": speaker("one", sent=1, processed=3)}
    assert obstacles(counts, SESSION) == []


def test_a_change_under_way_is_named_with_its_direction():
    counts = {"one": speaker("two", sent=3), "two": speaker("one", processed=2)}
    assert obstacles(counts, SESSION) == ["one sent 3, two processed 2"]


def test_a_busy_speaker_keeps_a_lab_from_being_settled():
    counts = {"one": speaker("two", busy=True), "two": speaker("one")}
    assert obstacles(counts, SESSION) == ["one is busy"]


def test_a_session_that_only_one_end_knows_of_is_not_up():
    counts = {"one": speaker("two"), "two": speaker("one", up=False)}
    assert obstacles(counts, SESSION) == ["the session one - two is not up"]


def test_a_session_meant_to_be_down_must_be_down_at_both_ends():
    session = [("one", "two", False)]
    counts = {"one": speaker("two", up=False), "two": speaker("one")}
    assert obstacles(counts, session) == ["the session one - two is not down yet"]
    counts["two"] = speaker("one", up=False)
    assert obstacles(counts, session) == []


def test_a_report_is_read_from_its_json_form():
    report = {"busy": False, "payloads": None, "sessions": {"two": [True, 2, 5, 7]}}
    assert SpeakerCount.from_report(report) == speaker("two", epoch=2, sent=5, processed=7)
    assert SpeakerCount.from_report({**report, "payloads": [77, 3]}).payloads == (77, 3)


def test_a_speaker_that_does_not_hold_what_the_labs_cache_serves_is_behind():
    held = {"one": (77, 3), "two": (77, 2), "three": (76, 3), "four": None}
    counts = {name: SpeakerCount(False, {}, payloads) for name, payloads in held.items()}
    late = [
        f"{name} has not got serial 3 of the lab's VRPs and ASPAs yet" for name in ("two", "three", "four")
    ]
    assert behind(counts, ["one", "two", "three", "four", "restarting"], (77, 3)) == late
    assert behind(counts, ["one"], (77, 3)) == [], "the others follow caches of their own"


def test_a_speaker_whose_counts_move_is_named():
    before = {"one": speaker("two", sent=1, processed=1), "two": speaker("one", sent=1, processed=1)}
    now = {"one": speaker("two", sent=2, processed=1), "two": speaker("one", sent=1, processed=1)}
    assert changed(now, before) == ["one still exchanges routes"]
    assert changed(before, before) == []
