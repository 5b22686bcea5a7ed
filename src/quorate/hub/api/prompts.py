"""`/arena/prompts`: what each role is told, in versions; a version never changes, it gets a successor."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.agents.prompts.difference import difference
from quorate.agents.prompts.library import MAX_NOTE, MAX_TEXT, PromptVersion, prompt_in
from quorate.hub.api.shape import Given, Moment, Shape
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.stamps import stamp


class PromptShape(Shape):
    """A version of a role's prompt; `addedAt` is null of one that came with Quorate."""

    id: str
    role: str
    version: int
    sha256: str
    text: str
    note: str
    packaged: bool
    added_by: str
    added_at: Moment | None
    used_by: tuple[str, ...]


class PromptList(Shape):
    """Every version of every role's prompt, the roles in their order, the oldest version first."""

    read_at: Moment
    items: tuple[PromptShape, ...]
    next_cursor: str | None = None


class NewPrompt(Given):
    """A text that is to be the next version of a role's prompt."""

    role: str
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2 * MAX_TEXT)]
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE)] = ""


class PromptAdded(Shape):
    """What became of it; not `applied` where the same text stands there already, under the version named."""

    target: str
    applied: bool
    dry_run: bool
    prompt: PromptShape


class PromptDiff(Shape):
    """How one version differs from another, sentence by sentence, as a unified diff."""

    role: str
    before: str
    after: str
    added: int
    removed: int
    unified: tuple[str, ...]


@get("/arena/prompts", guards=[require(Scope.READ)], summary="List prompts")
async def prompt_versions(request: AnyRequest, role: FromQuery[str | None] = None) -> PromptList:
    """List the versions of every role's prompt, or of one role's."""
    app = app_in(request)
    library, uses = await app.prompts.library(), await _uses(request)
    items = [
        _shape(each, uses) for each in library if role is None or each.template.role.value == role
    ]
    return PromptList(read_at=stamp(app.clock.now()), items=tuple(items))


@post("/arena/prompts", guards=[require(Scope.ADMIN)], summary="Add a prompt")
async def add_prompt(request: AnyRequest, data: JSONBody[NewPrompt]) -> Response[PromptAdded]:
    """Keep a text as the next version of a role's prompt; profiles go on with theirs until they are edited."""
    by = principal_of(request).name
    change = await app_in(request).prompts.add(data.role, data.text, note=data.note, by=by)
    shape = _shape(change.prompt, await _uses(request))
    body = PromptAdded(target=shape.id, applied=change.applied, dry_run=False, prompt=shape)
    location = {"Location": f"/api/admin/arena/prompts/{shape.id}"}
    return Response(body, status_code=201 if change.applied else 200, headers=location)


@get("/arena/prompts/{role:str}/{version:int}", guards=[require(Scope.READ)], summary="A prompt")
async def prompt_version(
    request: AnyRequest, role: FromPath[str], version: FromPath[int]
) -> PromptShape:
    """Return a version of a role's prompt."""
    found = prompt_in(await app_in(request).prompts.library(), f"{role}/{version}")
    return _shape(found, await _uses(request))


@get("/arena/prompts/{role:str}/diff", guards=[require(Scope.READ)], summary="Compare prompts")
async def prompt_diff(
    request: AnyRequest,
    role: FromPath[str],
    before: Annotated[int, QueryParameter(name="from", ge=1)],
    after: Annotated[int, QueryParameter(name="to", ge=1)],
) -> PromptDiff:
    """Return how one version of a role's prompt differs from another."""
    library = await app_in(request).prompts.library()
    old, new = (prompt_in(library, f"{role}/{each}").template for each in (before, after))
    found = difference(old, new)
    return PromptDiff(
        role=role,
        before=old.template_id,
        after=new.template_id,
        added=found.added,
        removed=found.removed,
        unified=found.unified,
    )


async def _uses(request: AnyRequest) -> dict[str, list[str]]:
    """Return which profiles name each prompt; archived ones use nothing."""
    uses: dict[str, list[str]] = {}
    for profile in await app_in(request).profiles():
        uses.setdefault(profile.prompt_template, []).append(profile.name)
    return uses


def _shape(version: PromptVersion, uses: dict[str, list[str]]) -> PromptShape:
    template = version.template
    return PromptShape(
        id=template.template_id,
        role=template.role.value,
        version=template.version,
        sha256=template.sha256,
        text=template.text,
        note=version.note,
        packaged=version.packaged,
        added_by=version.added_by,
        added_at=version.added_at or None,
        used_by=tuple(uses.get(template.template_id, ())),
    )
