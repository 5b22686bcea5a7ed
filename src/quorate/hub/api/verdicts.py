"""`/verdicts`: what tasks and orders were judged to be, each with its signed envelope, and whether it holds."""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter

from quorate.access import Scope
from quorate.arbiter.constitution.listing import VerdictFilter, VerdictKind, VerdictLine
from quorate.hub.api import asking
from quorate.hub.api.counting import Count
from quorate.hub.api.law_shapes import (
    VerdictCheckShape,
    VerdictItem,
    VerdictList,
    VerdictShape,
)
from quorate.hub.cursors import row_below, row_cursor
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.ids import is_name
from quorate.kernel.stamps import stamp

VERDICTS: Final = "/verdicts"
_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")

Text = Annotated[str | None, QueryParameter()]


@get(VERDICTS, guards=[require(Scope.READ)], summary="List verdicts")
async def verdicts(  # noqa: PLR0913  (one parameter per filter)
    request: AnyRequest,
    *,
    limit: Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Text = None,
    kind: Text = None,
    book: Text = None,
    task_type: Annotated[str | None, QueryParameter(name="taskType")] = None,
    passed: Annotated[bool | None, QueryParameter()] = None,
    count: Count = False,
) -> VerdictList:
    """List verdicts, newest first; `kind` is task or order, `passed` tells which outcome."""
    app = app_in(request)
    wanted = VerdictFilter(
        kind=asking.word(kind, VerdictKind, "?kind"),
        passed=passed,
        book=_word(book, "?book"),
        task_type=_word(task_type, "?taskType"),
    )
    below = None if cursor is None else row_below(app.hub_secret, cursor, wanted)
    page = await app.law.verdicts(wanted, limit, below)
    ends = page.next_below
    return VerdictList(
        read_at=stamp(app.clock.now()),
        items=tuple(map(_item, page.items)),
        next_cursor=None if ends is None else row_cursor(app.hub_secret, ends, wanted),
        total=await app.law.verdicts_count(wanted) if count else None,
    )


@get(VERDICTS + "/{name:str}", guards=[require(Scope.READ)], summary="A verdict")
async def verdict(request: AnyRequest, name: FromPath[str]) -> VerdictShape:
    """Return a verdict by its id, or by that of a decision, an order, a task or a run."""
    shown = await app_in(request).law.verdict(_checked(name))
    return msgspec.convert(_plain(shown.as_json()), VerdictShape)


@post(
    VERDICTS + "/{name:str}/verify",
    guards=[require(Scope.READ)],
    status_code=200,
    summary="Verify a verdict",
)
async def verify_verdict(request: AnyRequest, name: FromPath[str]) -> VerdictCheckShape:
    """Return whether a verdict on record is as it was signed, by a key that this home trusts; nothing is changed."""
    shown = await app_in(request).law.verdict(_checked(name))
    return msgspec.convert(_plain(shown.check.as_json()), VerdictCheckShape)


def _item(line: VerdictLine) -> VerdictItem:
    return msgspec.convert(_plain(line.as_json()), VerdictItem)


def _plain(tree: object) -> object:
    return msgspec.to_builtins(tree)


def _word(text: str | None, pointer: str) -> str | None:
    if text is not None and not is_name(text):
        raise asking.wrong(pointer, "is no such name")
    return text


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise RefusedError("there is no such verdict", slug="not-found")
    return name
