"""`quorate templates`: what each role is told, in versions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quorate.agents.prompts.library import PromptVersion
    from quorate.cli.ports import App

Template = Annotated[
    str, typer.Argument(metavar="TEMPLATE", help="A role, or a version of its prompt: judge/2.")
]
RoleName = Annotated[str, typer.Argument(metavar="ROLE", help="The role whose prompt it is.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="The text; - reads it from stdin.")]
Diff = Annotated[
    tuple[int, int] | None,
    typer.Option("--diff", metavar="A B", help="How version B differs from version A."),
]
Note = Annotated[str, typer.Option(help="What is new in it, in a line.")]
COLUMNS = ("id", "usedBy", "addedBy", "addedAt", "note")


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_templates(app, call))


app = noun("Prompt templates of the roles; the bare noun lists their versions.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List every version of every role's prompt, and who uses it."""
    return _list(context)


@app.command()
def show(context: typer.Context, template: Template, *, diff: Diff = None) -> ExitCode:
    """Show a prompt, the newest version of its role unless one is named, or how two differ."""
    call = invocation(context)
    if diff is not None:
        return call.with_app(lambda app: _show_diff(app, call, template, diff))
    return call.with_app(lambda app: _show_template(app, call, template))


@app.command()
def add(context: typer.Context, role: RoleName, file: File, *, note: Note = "") -> ExitCode:
    """Keep a text as the next version of a role's prompt; profiles take it up by an edit."""
    call = invocation(context)
    text = _text_of(file)
    return call.with_app(lambda app: _add(app, call, role, text, note))


async def _show_templates(app: App, call: Invocation) -> ExitCode:
    library = await app.prompts.library()
    uses = await _uses(app)
    page = part(
        library, lambda each: each.template.template_id, limit=call.limit, cursor=call.cursor
    )
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_shown(_row(each, uses)) for each in page.items],
        items=[_row(each, uses) for each in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    return ExitCode.DONE


async def _show_template(app: App, call: Invocation, wanted: str) -> ExitCode:
    found = _found(await app.prompts.library(), wanted)
    tree = {**_row(found, await _uses(app)), "text": found.template.text}
    head = f"{found.template.template_id}, sha256 {found.template.sha256[:12]}"
    call.terminal.reply(tree, [head, "", *found.template.text.split("\n")])
    return ExitCode.DONE


async def _show_diff(app: App, call: Invocation, role: str, versions: tuple[int, int]) -> ExitCode:
    from quorate.agents.prompts.difference import difference  # noqa: PLC0415  (help must not wait)
    from quorate.agents.prompts.library import prompt_in  # noqa: PLC0415

    library = await app.prompts.library()
    before, after = (prompt_in(library, f"{role}/{version}").template for version in versions)
    found = difference(before, after)
    tree = {
        "role": role,
        "before": before.template_id,
        "after": after.template_id,
        "added": found.added,
        "removed": found.removed,
        "unified": list(found.unified),
    }
    call.terminal.reply(tree, list(found.unified) or ["The two are the same."])
    return ExitCode.DONE


async def _add(app: App, call: Invocation, role: str, text: str, note: str) -> ExitCode:
    change = await app.prompts.add(role, text, note=note, by=OPERATOR)
    name = change.prompt.template.template_id
    tree = {
        "target": name,
        "applied": change.applied,
        "dryRun": False,
        **_row(change.prompt, await _uses(app)),
    }
    use = f"quorate profiles edit NAME --prompt {name}"
    said = f"{name} is kept. Use it: {use}" if change.applied else f"{name} says so already."
    call.terminal.reply(tree, [said])
    return ExitCode.DONE


def _found(library: Sequence[PromptVersion], wanted: str) -> PromptVersion:
    from quorate.agents.prompts.library import prompt_in  # noqa: PLC0415  (help must not wait)

    of_role = [each for each in library if each.template.role.value == wanted]
    return of_role[-1] if of_role else prompt_in(library, wanted)


def _text_of(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RejectedError(
            f"{file} cannot be read as text: {_cause(error)}",
            effect="nothing was written",
            fix="name a UTF-8 text file",
        ) from error


def _shown(row: Row) -> Row:
    at = row["addedAt"]
    return {**row, "addedAt": f"{at[:19]}Z" if isinstance(at, str) else None}


def _cause(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return f"byte {error.start} is not UTF-8"


async def _uses(app: App) -> dict[str, list[str]]:
    uses: dict[str, list[str]] = {}
    for profile in await app.profiles():
        uses.setdefault(profile.prompt_template, []).append(profile.name)
    return uses


def _row(version: PromptVersion, uses: dict[str, list[str]]) -> Row:
    template = version.template
    return {
        "id": template.template_id,
        "role": template.role,
        "version": template.version,
        "sha256": template.sha256,
        "note": version.note,
        "packaged": version.packaged,
        "addedBy": version.added_by,
        "addedAt": version.added_at or None,
        "usedBy": uses.get(template.template_id, []),
    }
