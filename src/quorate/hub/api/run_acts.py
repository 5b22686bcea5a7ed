"""`/arena/runs/{id}/export` and `/cancel`: a run with what proves it, and an end to one that goes on."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from quorate.access import Scope
from quorate.hub.api import asking
from quorate.hub.api.run_shapes import RunShape
from quorate.hub.api.shape import Moment, Shape
from quorate.hub.api.task_shapes import TaskShape
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require


class ExportedRow(Shape):
    """A journal row; `payload` is the text that was hashed."""

    seq: int
    ts: Moment
    tenant: str
    book: str | None
    trace_id: str | None
    stream: str
    type: str
    payload: str
    prev_hash: str
    hash: str


class RunBundle(Shape):
    """A run that verifies alone: the unbroken rows from its first to the checkpoint, which a key named here signed."""

    format: str
    tenant: str
    run: RunShape
    prev_hash: str
    rows: tuple[ExportedRow, ...]
    checkpoint: Annotated[str, msgspec.Meta(description="A signed note over the last row.")]
    public_keys: Annotated[dict[str, str], msgspec.Meta(description="Key id: key, in hex.")]


class RunCancelled(Shape):
    """What became of a wish to end a run; not `applied` where it was cancelled already."""

    target: str
    applied: bool
    dry_run: bool
    task: TaskShape


@get(
    "/arena/runs/{run_id:str}/export",
    guards=[require(Scope.READ)],
    summary="A run with its proof",
    responses={
        200: ResponseSpec(
            RunBundle,
            generate_examples=False,
            description="What `quorate runs export` writes into a file.",
        )
    },
)
async def export(request: AnyRequest, run_id: FromPath[str]) -> Response[Any]:
    """Return a run with its journal rows and the checkpoint that covers them; one is signed where none does yet."""
    bundle = await app_in(request).run_bundle(asking.run_id(run_id))
    name = f"quorate-{asking.run_id(run_id)}.json"
    return Response(bundle, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@post(
    "/arena/runs/{run_id:str}/cancel",
    guards=[require(Scope.RUN)],
    status_code=200,
    summary="End a run",
)
async def cancel_run(request: AnyRequest, run_id: FromPath[str]) -> RunCancelled:
    """End a run that goes on: nobody else is asked, what was bought until then is paid. One that is over: 409."""
    app = app_in(request)
    recorded = await app.recorded_run(asking.run_id(run_id))
    change = await app.tasks.cancel(recorded.header.fact.task_id, "a person ended the run")
    return RunCancelled(
        target=recorded.run_id,
        applied=change.applied,
        dry_run=False,
        task=msgspec.convert(change.line.as_json(), TaskShape),
    )
