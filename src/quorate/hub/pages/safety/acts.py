"""The acts of `/admin/safety`: halt, resume, drill, breakers and locks.

A dialog opens in the drawer, or as a page where there is no script; what it did is told where it leads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.bootstrap.safety import HaltWish
from quorate.execution.halting import HaltScope
from quorate.hub.pages.forms import entered, form_key, fresh_key, wrong
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.safety.page import SAFETY, SECTION, safety_page
from quorate.hub.pages.safety.scene import FLATTEN_WORD, choices
from quorate.hub.pages.shell import HubRequest, app_of, page, wants_part
from quorate.hub.security.principal import principal_of, require
from quorate.hub.security.rates import Rate
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import BookName

PATIENCE_S: Final = 3.0
"""How long the form's answer waits for the broker: what is left then goes on, and the page shows how far."""

HELD_BACK: Final = 422

Answer = Template | Redirect | Response[None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltForm:
    """What was entered; `key` keeps a form that is sent twice from being two halts."""

    scope: HaltScope = HaltScope.NEW
    reason: str = ""
    word: str = ""
    book: str = ""
    key: str = ""


@get(f"{SAFETY}/halt", guards=[require(Scope.SAFETY)])
async def halt_dialog(request: HubRequest) -> Template:
    """Show the three scopes with what each would touch."""
    book = request.query_params.get("book", "")
    return await _halt_shown(request, HaltForm(book=book, key=fresh_key()))


@post(f"{SAFETY}/halt", guards=[require(Scope.SAFETY, rate=Rate.SPENDING)])
async def halt(request: HubRequest) -> Answer:
    """Stop trading; it holds for every process when this answers."""
    form = _read_halt((await request.form()).dict())
    try:
        outcome = await app_of(request).safety.halt(_wish(request, form))
    except RejectedError as error:
        return await _halt_shown(request, form, error)
    return _gone(request, f"{SAFETY}?halt={outcome.books[0].halt.id}")


@get(f"{SAFETY}/resume", guards=[require(Scope.ADMIN, step_up=True)])
async def resume_dialog(request: HubRequest) -> Template:
    """Show why trading stopped, before it goes on; where the whole home was halted, it goes on as a whole."""
    whole = await read(app_of(request).safety.is_home_halted(), "The state")
    book = "" if whole is True else request.query_params.get("book", "")
    return await _resume_shown(request, book)


@post(f"{SAFETY}/resume", guards=[require(Scope.ADMIN, step_up=True)])
async def resume(request: HubRequest) -> Answer:
    """Let trading go on, once somebody says to have looked why it stopped."""
    fields = (await request.form()).dict()
    reason, book = entered(fields, "reason"), entered(fields, "book")
    try:
        if not entered(fields, "confirm"):
            raise wrong("nobody looked why trading stopped", "look, then tick the box")
        by = principal_of(request).name
        await app_of(request).safety.resume(reason, by, BookName(book) if book else None)
    except RejectedError as error:
        return await _resume_shown(request, book, reason=reason, error=error)
    return _gone(request, f"{SAFETY}?resumed=1")


@post(f"{SAFETY}/drill", guards=[require(Scope.SAFETY)])
async def drill(request: HubRequest) -> Answer:
    """Prove the way of a halt on a book of its own."""
    try:
        await app_of(request).safety.drill(principal_of(request).name)
    except QuorateError as error:
        return await _refused(request, error)
    return _gone(request, f"{SAFETY}?drill=1")


@post(f"{SAFETY}/breakers", guards=[require(Scope.ADMIN, step_up=True)])
async def reset_breaker(request: HubRequest) -> Answer:
    """Close a breaker."""
    fields = (await request.form()).dict()
    by = principal_of(request).name
    try:
        await app_of(request).safety.reset_breaker(
            entered(fields, "name"), entered(fields, "reason"), by
        )
    except QuorateError as error:
        return await _refused(request, error)
    return _gone(request, SAFETY)


@post(f"{SAFETY}/locks", guards=[require(Scope.ADMIN, step_up=True)])
async def lift_lock(request: HubRequest) -> Answer:
    """End a lock that waits for a person."""
    fields = (await request.form()).dict()
    try:
        await app_of(request).safety.lift_lock(
            entered(fields, "lock"),
            entered(fields, "reason"),
            principal_of(request).name,
            BookName(entered(fields, "book")),
        )
    except QuorateError as error:
        return await _refused(request, error)
    return _gone(request, SAFETY)


def _read_halt(fields: Mapping[str, list[str]]) -> HaltForm:
    scope = entered(fields, "scope")
    return HaltForm(
        scope=HaltScope(scope) if scope in set(HaltScope) else HaltScope.NEW,
        reason=entered(fields, "reason"),
        word=entered(fields, "word"),
        book=entered(fields, "book"),
        key=entered(fields, "once"),
    )


def _wish(request: HubRequest, form: HaltForm) -> HaltWish:
    """Return what the form asks for.

    Raises:
        RejectedError: everything is to be sold, and the word for it was not typed.
    """
    if form.scope is HaltScope.FLATTEN and form.word != FLATTEN_WORD:
        raise wrong(
            f"to sell everything, the word {FLATTEN_WORD} is wanted", f"type {FLATTEN_WORD}"
        )
    asked = sha256_hex(f"{form.scope}\n{form.reason}\n{form.book}")
    return HaltWish(
        scope=form.scope,
        reason=form.reason,
        by=principal_of(request).name,
        book=BookName(form.book) if form.book else None,
        key=form_key(request, form.key, asked),
        patience_s=PATIENCE_S,
    )


async def _halt_shown(
    request: HubRequest, form: HaltForm, error: RejectedError | None = None
) -> Template:
    book = BookName(form.book) if form.book else None
    view = await read(app_of(request).safety.view(book), "The trading state")
    return await page(
        request,
        "safety/halt.html",
        part="safety/_halt_dialog.html",
        title="Halt trading",
        section=SECTION,
        status=200 if error is None else HELD_BACK,
        view=view,
        books=() if isinstance(view, Failed) else view.all,
        choices=() if isinstance(view, Failed) else choices(view),
        scopes=list(HaltScope),
        form=form,
        word=FLATTEN_WORD,
        word_wanted=form.scope is HaltScope.FLATTEN and form.word != FLATTEN_WORD,
        error=error,
        key=fresh_key() if error is not None and error.slug == "idempotency-reused" else form.key,
        safety_href=SAFETY,
    )


async def _resume_shown(
    request: HubRequest, book: str, *, reason: str = "", error: RejectedError | None = None
) -> Template:
    view = await read(app_of(request).safety.view(BookName(book) if book else None), "The state")
    return await page(
        request,
        "safety/resume.html",
        part="safety/_resume_dialog.html",
        title="Resume trading",
        section=SECTION,
        status=200 if error is None else HELD_BACK,
        view=view,
        stopped=() if isinstance(view, Failed) else [each for each in view.all if not each.trades],
        reason=reason,
        book=book,
        error=error,
        safety_href=SAFETY,
    )


async def _refused(request: HubRequest, error: QuorateError) -> Template:
    return await safety_page(
        request, status=HELD_BACK, notices=[refusal_notice(error, about="safety")]
    )


def _gone(request: HubRequest, href: str) -> Answer:
    """Go on to a page: htmx would put a redirect's page into the drawer."""
    if wants_part(request):
        return Response(None, status_code=200, headers={"HX-Redirect": href})
    return Redirect(href, status_code=303)
