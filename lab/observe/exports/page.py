"""HTML: one page with the drawing, the alerts, the routes and the timeline, that loads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from lab.bgp.prefix import Prefix
from lab.observe.describe import describe, path_text
from lab.observe.exports.markup import escaped
from lab.observe.exports.snapshot import Snapshot
from lab.observe.exports.svg import svg

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 Helvetica, Arial, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
figure { margin: 1rem 0; overflow-x: auto; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; }
tr { border-bottom: 1px solid #8888; }
"""


def html(snapshot: Snapshot, prefix: Prefix | None = None) -> str:
    """The page; with `prefix`, the drawing shows its forwarding, and what is told is about it and its more
    specifics. Times are as in the timeline, those of a live lab in UTC."""
    topology = snapshot.topology
    title = topology.title or topology.name
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
            f"<title>{escaped(title)}</title><style>{_STYLE}</style></head>",
            "<body>",
            f"<h1>{escaped(title)}</h1>",
            f"<figure>\n{svg(snapshot, prefix)}</figure>",
            "<h2>Alerts</h2>",
            *_alerts(snapshot, prefix),
            "<h2>Routes</h2>",
            *_routes(snapshot, prefix),
            "<h2>Timeline</h2>",
            *_timeline(snapshot, prefix),
            "</body>",
            "</html>",
            "",
        ]
    )


def _alerts(snapshot: Snapshot, prefix: Prefix | None) -> Iterator[str]:
    rows = [
        (alert.kind.value, alert.prefix, alert.text)
        for alert in snapshot.alerts
        if prefix is None or prefix.covers(alert.prefix)
    ]
    yield from _table(
        "Alerts that stand, as they were when raised",
        ("alert", "prefix", "what is wrong"),
        rows,
        "No alert stands.",
    )


def _routes(snapshot: Snapshot, prefix: Prefix | None) -> Iterator[str]:
    every = {found for view in snapshot.views.values() for found in view.best}
    wanted = sorted(found for found in every if prefix is None or prefix.covers(found))
    if not wanted:
        yield f"<p>Nobody has a route{'' if prefix is None else f' to {prefix}'}.</p>"
    for found in wanted:
        rows = list(_route_rows(snapshot, found))
        yield from _table(str(found), ("at", "AS", "via", "AS path", "RPKI"), rows, "")


def _route_rows(snapshot: Snapshot, prefix: Prefix) -> Iterator[tuple[object, ...]]:
    for name, view in snapshot.views.items():
        route = view.best.get(prefix)
        if route is None:
            yield name, f"AS{view.asn}", "no route", "", ""
        else:
            path = path_text(route.attributes.as_path)
            yield name, f"AS{view.asn}", route.neighbor or "its own", path, route.rov.value


def _timeline(snapshot: Snapshot, prefix: Prefix | None) -> Iterator[str]:
    rows = [(_time(event.time), describe(event)) for event in snapshot.events if _concerns(event, prefix)]
    yield from _table("What happened, oldest first", ("time", "what happened"), rows, "Nothing has happened.")


def _concerns(event: object, prefix: Prefix | None) -> bool:
    """Whether the event is about the prefix, or about no prefix at all, as narration is."""
    about = getattr(event, "prefix", None)
    return prefix is None or about is None or prefix.covers(about)


def _table(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str
) -> Iterator[str]:
    body = [f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in row)}</tr>" for row in rows]
    if not body:
        yield f"<p>{escaped(empty)}</p>"
        return
    yield f"<table><caption>{escaped(caption)}</caption>"
    heads = (f'<th scope="col">{escaped(column)}</th>' for column in columns)
    yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    yield "<tbody>"
    yield from body
    yield "</tbody></table>"


def _time(seconds: float) -> str:
    """Virtual seconds as they are, UNIX time as date and time in UTC."""
    if seconds < 1e9:
        return f"{seconds:.3f} s"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
