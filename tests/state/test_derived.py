"""What is made of a table, and when it is made anew."""

from __future__ import annotations

from lab.dns.zones import ResourceRecord
from lab.state.derived import Derived
from lab.state.state import State

A = ResourceRecord("a.example", "A", "192.0.2.1")
B = ResourceRecord("b.example", "A", "192.0.2.2")


def test_it_is_made_anew_when_a_record_of_its_table_changes_and_only_then() -> None:
    state = State()
    table, other = state.table("ours", ResourceRecord), state.table("others", ResourceRecord)
    made: list[tuple[str, ...]] = []

    def make(records: tuple[ResourceRecord, ...]) -> tuple[str, ...]:
        made.append(tuple(record.name for record in records))
        return made[-1]

    derived = Derived(state, table, make)
    assert derived.get() == ()
    with state.transaction():
        table.put("a", A)
        assert derived.get() == ("a.example",), "inside of a transaction, too"
        table.put("b", B)
    with state.transaction():
        other.put("b", B)
        table.put("a", A)
    assert derived.get() == ("a.example", "b.example")
    with state.transaction(commit=False):
        table.remove("a")
        assert derived.get() == ("b.example",)
    assert derived.get() == ("a.example", "b.example")
    assert made == [
        (),
        ("a.example",),
        ("a.example", "b.example"),
        ("b.example",),
        ("a.example", "b.example"),
    ]
