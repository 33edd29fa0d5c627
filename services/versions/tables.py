"""Versions, logs and differences as a terminal shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

_STYLES = {
    "live": "bold green",
    "approved": "green",
    "scheduled": "cyan",
    "shadow": "cyan",
    "challenger": "cyan",
    "submitted": "yellow",
    "rejected": "red",
    "rolled_back": "red",
}


def version_table(versions: Iterable[Mapping[str, Any]]) -> Table:
    """Return one line per version."""
    table = Table(
        Column("version", no_wrap=True), "kind", "name", "no.", "state", "hash", "by", "approved by", "changed"
    )
    for version in versions:
        table.add_row(
            version["version_id"],
            version["kind"],
            version["name"],
            str(version["number"]),
            _state(version),
            version["hash"][:12],
            ", ".join(version["editors"]),
            version["approved_by"] or "",
            _moment(version["updated_at"]),
        )
    return table


def live_table(entries: Iterable[Mapping[str, Any]]) -> Table:
    """Return one line per name with what is live."""
    table = Table("kind", "name", "no.", Column("version", no_wrap=True), "hash", "since", "by", "approved by", "")
    for entry in entries:
        notes = ["review due"] if entry["review_due"] else []
        notes += [f"{_moment(change['at'])}: {change['version_id'] or 'nothing'}" for change in entry["coming"]]
        table.add_row(
            entry["kind"],
            entry["name"],
            "" if entry["revision"] is None else str(entry["revision"]),
            entry["version_id"] or "nothing is live",
            (entry["hash"] or "")[:12],
            "" if entry["since"] is None else _moment(entry["since"]),
            entry["created_by"] or "",
            entry["approved_by"] or "",
            "\n".join(notes),
        )
    return table


def version_view(version: Mapping[str, Any]) -> RenderableType:
    """Return everything there is to say of one version but its document."""
    facts = Table(show_header=False, box=None)
    for label, value in _facts(version):
        facts.add_row(Text(label, "dim"), value)
    parts: list[RenderableType] = [facts]
    parts += [_finding(entry, "red") for entry in version["faults"]]
    parts += [_finding(entry, "yellow") for entry in version["warnings"]]
    if "events" in version:
        parts.append(_log(version["events"]))
    return Group(*parts)


def difference_lines(lines: Iterable[str]) -> RenderableType:
    """Return a diff in colours."""
    styles = {"+": "green", "-": "red", "@": "cyan"}
    return Group(*(Text(line, styles.get(line[:1], "")) for line in lines))


def _facts(version: Mapping[str, Any]) -> Iterable[tuple[str, RenderableType]]:
    yield "version", Text(version["version_id"], "bold")
    yield "of", Text(f"{version['kind']} {version['name']}, number {version['number']}")
    yield "state", _state(version)
    yield "hash", Text(version["hash"])
    yield "written by", Text(", ".join(version["editors"]))
    if version["approved_by"]:
        yield "approved by", Text(version["approved_by"])
    if version["effective_from"]:
        end = version["effective_to"]
        until = "" if end is None else f" until {_moment(end)}"
        yield "effective", Text(f"from {_moment(version['effective_from'])}{until}")
    if version["trial"]:
        trial = version["trial"]
        yield "test", Text(f"{trial['test']}, {trial['share_bp'] / 100:g} % of the traffic")
    if version["review_due"]:
        yield "review", Text("due: it was put back in an emergency", "bold yellow")


def _log(events: Iterable[Mapping[str, Any]]) -> Table:
    table = Table("at", "who", "did", "then", "why")
    for event in events:
        table.add_row(
            _moment(event["at"]), event["actor"], event["action"], event["to_state"], Text(event["comment"] or "")
        )
    return table


def _finding(entry: Mapping[str, Any], style: str) -> Text:
    return Text(f"{entry['pointer']}: {entry['detail']} ({entry['code']})", style)


def _state(version: Mapping[str, Any]) -> Text:
    state = version["state"]
    return Text(f"{state}, review due" if version["review_due"] else state, _STYLES.get(state, ""))


def _moment(text: str) -> str:
    return text[:19].replace("T", " ") + "Z"
