"""`quorate verdicts`: what every task and order was judged to be, signed; show it, take it away, prove it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.cli.row_cursor import row_of
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.arbiter.constitution.listing import VerdictFilter, VerdictLine
    from quorate.cli.law_ports import ShownVerdict
    from quorate.cli.ports import App
    from quorate.kernel.canonical import Json

LARGEST_FILE: Final = 1 << 20
"""No envelope is larger. In bytes."""

Name = Annotated[
    str,
    typer.Argument(metavar="ID", help="A verdict, decision, order, task or run."),
]
Kind = Annotated[str | None, typer.Option(metavar="WORD", help="task or order.")]
Failed = Annotated[bool, typer.Option("--failed", help="Only those that did not pass.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="An envelope, or - for stdin.")]
Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="A public key (32 bytes or hex), not this home's."),
]


def _bare(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _list(app, call, None, failed=False))


app = noun("Signed verdicts on tasks and orders; the bare noun lists them.", _bare)


@app.command("list")
def list_(context: typer.Context, *, kind: Kind = None, failed: Failed = False) -> ExitCode:
    """List verdicts, the newest first."""
    call = invocation(context)
    return call.with_app(lambda app: _list(app, call, kind, failed=failed))


@app.command()
def show(context: typer.Context, name: Name) -> ExitCode:
    """Show a verdict and whether it holds; with --json its envelope, as `verify` takes it."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, name))


@app.command()
def verify(context: typer.Context, file: File, *, key: Key = None) -> ExitCode:
    """Check an envelope's signature with this home's keys, or one that is told; ends with 3 when it does not hold."""
    call = invocation(context)
    envelope, public = _envelope(file), None if key is None else _key(key)
    return call.with_app(lambda app: _verify(app, call, envelope, public))


@app.command("keys")
def keys(context: typer.Context) -> ExitCode:
    """List the public keys that signed here, to verify elsewhere; this home's own first."""
    call = invocation(context)
    return call.with_app(lambda app: _keys(app, call))


@app.command("spec")
def spec(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CAWS working spec, YAML.")],
    *,
    older: Annotated[bool, typer.Option("--older", help="The schema with change_budget.")] = False,
) -> ExitCode:
    """Read a working spec as a task's mandate, and show what a task would be held to."""
    call = invocation(context)
    return call.with_app(lambda app: _spec(app, call, file, older=older))


async def _spec(app: App, call: Invocation, file: Path, *, older: bool) -> ExitCode:
    from quorate.kernel.canonical import as_json  # noqa: PLC0415  (help must not wait)

    found = await app.law.working_spec(file, older=older)
    tree = {"spec": as_json(found.payload()), "specHash": found.hash}
    lines = [f"{key}: {value}" for key, value in found.payload().items()]
    call.terminal.reply(tree, [*lines, f"hash: {found.hash}"])
    return ExitCode.DONE


async def _list(app: App, call: Invocation, kind: str | None, *, failed: bool) -> ExitCode:
    wanted = _wanted(kind, failed=failed)
    page = await app.law.verdicts(wanted, call.limit, row_of(call.cursor))
    cursor = page.next_below
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(line) for line in page.items],
        next_cursor=None if cursor is None else str(cursor),
        items=[line.as_json() for line in page.items],
        empty="Nothing was judged yet.",
    )
    return ExitCode.DONE


async def _show(app: App, call: Invocation, name: str) -> ExitCode:
    shown = await app.law.verdict(name)
    call.terminal.reply(shown.as_json(), _lines(shown))
    return ExitCode.DONE if shown.check.ok else ExitCode.PROBLEMS_FOUND


async def _verify(app: App, call: Invocation, envelope: Json, public: bytes | None) -> ExitCode:
    check = await app.law.check(envelope, public)
    said = f"ok: signed by {check.key_id}" if check.ok else "NOT OK"
    call.terminal.reply(check.as_json(), [said, *(f"  {each}" for each in check.problems)])
    return ExitCode.DONE if check.ok else ExitCode.PROBLEMS_FOUND


async def _keys(app: App, call: Invocation) -> ExitCode:
    known = await app.law.keys()
    page = part(known, lambda each: each.key_id, limit=call.limit, cursor=call.cursor)
    rows = [
        {"keyId": each.key_id, "publicKey": each.public_key, "own": each.is_own}
        for each in page.items
    ]
    show_list(call, read_at=app.clock.now(), rows=rows, next_cursor=page.next_cursor)
    return ExitCode.DONE


def _wanted(kind: str | None, *, failed: bool) -> VerdictFilter:
    from quorate.arbiter.constitution.listing import (  # noqa: PLC0415  (slow; help must not wait)
        VerdictFilter,
        VerdictKind,
    )

    if kind is not None and kind not in {*VerdictKind}:
        raise RejectedError(
            f"there are no verdicts on a '{kind}'",
            effect="nothing is shown",
            fix=f"choose from {', '.join(VerdictKind)}",
        )
    chosen = None if kind is None else VerdictKind(kind)
    return VerdictFilter(kind=chosen, passed=False if failed else None)


def _row(line: VerdictLine) -> dict[str, object]:
    return {
        "verdict": line.verdict_id,
        "on": line.kind,
        "about": line.about,
        "type": line.task_type,
        "decision": "PASS" if line.passed else "FAIL",
        "said": line.word,
        "issued": line.issued_at,
    }


def _lines(shown: ShownVerdict) -> Iterator[str]:
    line, check = shown.line, shown.check
    yield f"{line.verdict_id}  {'PASS' if line.passed else 'FAIL'} ({line.word})  {line.issued_at}"
    yield f"on {line.kind} {line.task_id or line.about}  {line.task_type} {line.symbol}".rstrip()
    yield from _statement_lines(check.statement)
    yield f"signature ok, key {check.key_id}" if check.ok else "NOT OK"
    yield from (f"  {problem}" for problem in check.problems)
    if shown.others:
        yield f"also: {' '.join(each.verdict_id for each in shown.others)}"


def _statement_lines(statement: Mapping[str, Json]) -> Iterator[str]:
    """Yield what a verdict is bound to, and each gate or check of it that did not pass."""
    subjects, predicate = statement.get("subject"), statement.get("predicate")
    for subject in subjects if isinstance(subjects, list) else ():
        if isinstance(subject, dict) and isinstance(digest := subject.get("digest"), dict):
            yield f"  {subject.get('name')}  sha256 {digest.get('sha256')}"
    gates = predicate.get("gates") if isinstance(predicate, dict) else None
    for gate in gates if isinstance(gates, list) else ():
        if isinstance(gate, dict) and (not gate.get("passed") or gate.get("waivedBy")):
            word = "waived" if gate.get("passed") else "failed"
            yield f"  {word} {gate.get('gate')}: {gate.get('message')}"


def _envelope(name: str) -> Json:
    raw = sys.stdin.buffer.read(LARGEST_FILE + 1) if name == "-" else _read(Path(name))
    try:
        tree: Json = json.loads(raw if len(raw) <= LARGEST_FILE else b"")
    except (ValueError, RecursionError) as error:
        raise RejectedError(
            f"{name} holds no envelope: {error}",
            effect="nothing was verified",
            fix="take one from `quorate verdicts show ID --json`",
        ) from error
    return tree


def _key(path: Path) -> bytes:
    from quorate.audit.public_key import public_key_in  # noqa: PLC0415  (help must not wait)

    return public_key_in(_read(path))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise RejectedError(
            f"{path} cannot be read ({error.strerror})",
            effect="nothing was verified",
            fix="check the path",
            slug="not-found",
        ) from error
