"""`assay version`: draft, check, approve, put to work, take back."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from services.versions import tables
from services.versions.client import RefusedError, Site, Versions
from services.versions.documents import UnreadableError, read_document

app = typer.Typer(no_args_is_help=True, help="Versions of catalogue documents, from draft to live and back.")
console = Console(highlight=False)

VersionId = Annotated[str, typer.Argument(help="ver_...")]
Comment = Annotated[str | None, typer.Option(help="Why; it stays in the log")]
Reason = Annotated[str, typer.Option("--comment", help="Why; it stays in the log")]
Kind = Annotated[str | None, typer.Option(help="product, reasons, policy or scorecard; else told by the document")]


@app.callback()
def site(
    context: typer.Context,
    decision: Annotated[str, typer.Option(envvar="ASSAY_DECISION_URL")] = "http://127.0.0.1:8103",
    scoring: Annotated[str, typer.Option(envvar="ASSAY_SCORING_URL")] = "http://127.0.0.1:8102",
    key: Annotated[str, typer.Option(envvar="ASSAY_API_KEY", help="Your API key")] = "",
) -> None:
    """Versions of catalogue documents, from draft to live and back."""
    context.obj = Site(decision, scoring, key)


def _do(context: typer.Context, work: Callable[[Versions], Any]) -> Any:
    """Return what `work` gives; says what was refused and exits with 1."""
    try:
        with Versions(context.obj) as versions:
            return work(versions)
    except (RefusedError, UnreadableError) as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _act(context: typer.Context, version_id: str, action: str, **body: Any) -> None:
    given = {name: value for name, value in body.items() if value is not None}
    changed = _do(context, lambda versions: versions.act(version_id, action, given))
    console.print(tables.version_view(changed))


@app.command()
def draft(context: typer.Context, file: Path, kind: Kind = None, comment: Comment = None) -> None:
    """Begin a version with the document in FILE (YAML or JSON)."""

    def work(versions: Versions) -> Any:
        found, document = read_document(file, kind)
        return versions.draft(found, document, comment)

    console.print(tables.version_view(_do(context, work)))


@app.command()
def edit(context: typer.Context, version_id: VersionId, file: Path, comment: Comment = None) -> None:
    """Replace the document of a draft by that in FILE. You can no longer approve it."""

    def work(versions: Versions) -> Any:
        shown = versions.show(version_id)
        _, document = read_document(file, shown["kind"])
        return versions.edit(version_id, document, shown["etag"], comment)

    console.print(tables.version_view(_do(context, work)))


@app.command()
def validate(context: typer.Context, version_id: VersionId) -> None:
    """Load the document with what is live now; shows every fault."""
    _act(context, version_id, "validate")


@app.command()
def submit(context: typer.Context, version_id: VersionId, comment: Comment = None) -> None:
    """Hand a validated version in; its document is fixed from now on."""
    _act(context, version_id, "submit", comment=comment)


@app.command()
def withdraw(context: typer.Context, version_id: VersionId, comment: Comment = None) -> None:
    """Give up a version that has not been approved."""
    _act(context, version_id, "withdraw", comment=comment)


@app.command()
def approve(
    context: typer.Context,
    version_id: VersionId,
    digest: Annotated[str, typer.Option("--hash", help="The hash of the document that you looked at")],
    comment: Comment = None,
) -> None:
    """Approve what somebody else wrote."""
    _act(context, version_id, "approve", hash=digest, comment=comment)


@app.command()
def reject(context: typer.Context, version_id: VersionId, comment: Reason) -> None:
    """Refuse what somebody else wrote, saying why."""
    _act(context, version_id, "reject", comment=comment)


@app.command()
def promote(context: typer.Context, version_id: VersionId, comment: Comment = None) -> None:
    """Make an approved version live now."""
    _act(context, version_id, "promote", comment=comment)


@app.command()
def schedule(
    context: typer.Context,
    version_id: VersionId,
    begin: Annotated[str, typer.Option("--from", help="RFC 3339 with a time zone: 2027-01-01T00:00:00Z")],
    end: Annotated[str | None, typer.Option("--to", help="Until when; then what was live before is live again")] = None,
    comment: Comment = None,
) -> None:
    """Have an approved version go live at a moment to come."""
    until = None if end is None else _moment(end)
    _act(context, version_id, "schedule", effective_from=_moment(begin), effective_to=until, comment=comment)


@app.command()
def shadow(context: typer.Context, version_id: VersionId, comment: Comment = None) -> None:
    """Run an approved version beside the live one; nobody gets its answers."""
    _act(context, version_id, "shadow", comment=comment)


@app.command()
def challenge(
    context: typer.Context,
    version_id: VersionId,
    test: Annotated[str, typer.Option(help="The name of the test; parties are split by it")],
    share: Annotated[str, typer.Option(help="Percent of the parties, such as 5 or 2.5")],
    maturity_months: Annotated[int | None, typer.Option(help="After how many months the test can be judged")] = None,
    min_decisions: Annotated[int, typer.Option(help="Before so many decisions nothing stops it")] = 0,
    max_bad_rate: Annotated[str | None, typer.Option(help="Stop above this, such as 0.08")] = None,
    min_approval_rate: Annotated[str | None, typer.Option(help="Stop below this")] = None,
    max_referral_rate: Annotated[str | None, typer.Option(help="Stop above this")] = None,
    max_failure_rate: Annotated[str | None, typer.Option(help="Stop a scorecard above this")] = None,
    max_mean_shift: Annotated[str | None, typer.Option(help="Stop a scorecard this many points off")] = None,
    comment: Comment = None,
) -> None:
    """Have an approved version decide a share of the applications."""
    rules = {
        "min_decisions": min_decisions,
        "max_bad_rate": max_bad_rate,
        "min_approval_rate": min_approval_rate,
        "max_referral_rate": max_referral_rate,
        "max_failure_rate": max_failure_rate,
        "max_mean_shift": max_mean_shift,
    }
    _act(
        context,
        version_id,
        "challenge",
        test=test,
        share_bp=_basis_points(share),
        maturity_months=maturity_months,
        stop_rules=rules,
        comment=comment,
    )


@app.command()
def stop(context: typer.Context, version_id: VersionId, comment: Comment = None) -> None:
    """End a trial or take back a schedule."""
    _act(context, version_id, "stop", comment=comment)


@app.command()
def retire(context: typer.Context, version_id: VersionId, comment: Comment = None) -> None:
    """End a version. Nothing takes the place of a live one."""
    _act(context, version_id, "retire", comment=comment)


@app.command()
def rollback(
    context: typer.Context,
    kind: str,
    name: str,
    comment: Reason,
    to: Annotated[str | None, typer.Option(help="ver_...; the one that was live before, if not given")] = None,
) -> None:
    """Put an approved version of KIND NAME back at once. Somebody else must review it."""
    console.print(tables.version_view(_do(context, lambda versions: versions.roll_back(kind, name, comment, to))))


@app.command()
def review(context: typer.Context, version_id: VersionId, comment: Comment = None) -> None:
    """Close the review of somebody else's rollback."""
    _act(context, version_id, "review", comment=comment)


@app.command()
def show(context: typer.Context, version_id: VersionId) -> None:
    """Show a version, what validation found, and its log."""
    console.print(tables.version_view(_do(context, lambda versions: versions.show(version_id))))


@app.command("list")
def list_versions(
    context: typer.Context,
    kind: Kind = None,
    name: Annotated[str | None, typer.Option(help="The product that the document belongs to")] = None,
    state: Annotated[str | None, typer.Option(help="draft, validated, submitted, approved, live, ...")] = None,
    review_due: Annotated[bool, typer.Option("--review-due", help="Only those that were put back unreviewed")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
) -> None:
    """List versions, newest first."""
    due = review_due or None
    console.print(tables.version_table(_do(context, lambda versions: versions.find(kind, name, state, due, limit))))


@app.command()
def live(context: typer.Context) -> None:
    """List what is live, since when, and who approved it."""
    console.print(tables.live_table(_do(context, lambda versions: versions.live())))


@app.command()
def diff(
    context: typer.Context,
    version_id: VersionId,
    against: Annotated[str | None, typer.Option(help="ver_...; the live version, if not given")] = None,
) -> None:
    """Show how a version's document differs from another's."""
    found = _do(context, lambda versions: versions.differences(version_id, against))
    console.print(tables.difference_lines(found["lines"]) if found["lines"] else "no difference")


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("use RFC 3339, such as 2027-01-01T00:00:00Z") from None
    if moment.tzinfo is None:
        raise typer.BadParameter("say the time zone, such as 2027-01-01T00:00:00Z")
    return moment.isoformat()


def _basis_points(percent: str) -> int:
    try:
        share = Decimal(percent.removesuffix("%").strip()) * 100
    except InvalidOperation:
        raise typer.BadParameter("a percentage, such as 5 or 2.5") from None
    if share != share.to_integral_value() or not 1 <= share <= 10_000:
        raise typer.BadParameter("from 0.01 to 100 percent, in steps of 0.01")
    return int(share)
