"""Ways: how a command is asked of a hub. Most are a table's line: where, with which parameters, and how it is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import quote

from quorate.cli.failures import ExitCode
from quorate.cli.listing import Row, cell, note_more, part, parts_of, table

if TYPE_CHECKING:
    from quorate.cli.invocation import Invocation
    from quorate.cli.remote_ports import HubApi, Tree

Way: TypeAlias = "Callable[[HubApi, Invocation], Awaitable[ExitCode]]"
Params: TypeAlias = Mapping[str, object]

GET: Final = "GET"
POST: Final = "POST"
BASE: Final = "/admin"
"""Of the API below `/api`; debates have an address of their own beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list: `columns` of the rows that `row` makes of its items are what a person sees.

    With a `key` the hub gives the list whole, and it is cut into pages here; else the hub pages it.
    """

    path: str
    columns: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    """The command's parameters that the hub is told, each under the hub's name."""
    row: Callable[[Row], Row] = dict
    key: Callable[[Row], str] | None = None
    empty: str = "Nothing here yet."

    async def __call__(self, api: HubApi, call: Invocation) -> ExitCode:
        """Ask for one page of the list and show it."""
        asked = query_of(call.asked.params, self.query)
        if self.key is None:
            asked |= {"limit": str(call.limit)} | ({"cursor": call.cursor} if call.cursor else {})
        tree = (await api.ask(GET, place(self.path, call.asked.params), query=asked)).tree
        if self.key is not None:
            tree = paged(tree, self.key, call)
        rows = [self.row(item) for item in parts_of(tree, "items")]
        call.terminal.reply(tree, table(rows, self.columns) if rows else [self.empty])
        more = tree.get("nextCursor")
        note_more(call, more if isinstance(more, str) else None)
        return ExitCode.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """One thing: `lines` of what `tree` makes of the answer are what a person reads."""

    path: str
    lines: Callable[[Row], Iterable[str]]
    query: Mapping[str, str] = field(default_factory=dict)
    tree: Callable[[Tree], Row] = dict

    async def __call__(self, api: HubApi, call: Invocation) -> ExitCode:
        """Ask for it and show it."""
        asked = query_of(call.asked.params, self.query)
        answer = await api.ask(GET, place(self.path, call.asked.params), query=asked)
        shown = self.tree(answer.tree)
        call.terminal.reply(shown, self.lines(shown))
        return ExitCode.DONE


def nothing(_: Params) -> Row:
    """Return the body of a request that says everything by its address."""
    return {}


def done(_: Row) -> ExitCode:
    """Return how an act ends that cannot end otherwise."""
    return ExitCode.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """A change: its `body`, what is told of the answer, and how the command ends.

    What the hub tells of under the name `inside` stands beside the rest here, as the command prints it. A `patient` act
    is asked for with the same key until the hub has done it (200), however long that takes.
    """

    path: str
    lines: Callable[[Row], Iterable[str]]
    method: str = POST
    body: Callable[[Params], Row] = nothing
    query: Mapping[str, str] = field(default_factory=dict)
    inside: str = ""
    ends: Callable[[Row], ExitCode] = done
    patient: bool = False

    async def __call__(self, api: HubApi, call: Invocation) -> ExitCode:
        """Ask for it and tell what became of it."""
        params, key = call.asked.params, api.new_key()
        where, body = place(self.path, params), self.body(params)
        asked = query_of(params, self.query)
        answer = await api.ask(self.method, where, query=asked, body=body, key=key)
        while self.patient and answer.status == 202:
            answer = await api.ask(self.method, where, query=asked, body=body, key=key)
        shown = beside(answer.tree, self.inside)
        call.terminal.reply(shown, self.lines(shown))
        return self.ends(shown)


def place(path: str, params: Params) -> str:
    """Return the address with the command's parameters in it, each as one part of the path."""
    told = {name: quote(str(value), safe="") for name, value in params.items()}
    return (path if path.startswith("/debate/") else f"{BASE}{path}").format_map(told)


def query_of(params: Params, names: Mapping[str, str]) -> dict[str, str]:
    """Return those parameters that were told, under the hub's names; a flag that was not raised is not told."""
    told = {names[name]: params.get(name) for name in names}
    return {
        name: "true" if value is True else str(value)
        for name, value in told.items()
        if not (value is None or value is False or value == "")
    }


def given(params: Params, *names: str) -> Row:
    """Return a body with those parameters that were told."""
    return {name: params[name] for name in names if params.get(name) not in {None, ""}}


def camel(name: str) -> str:
    """Return a parameter's name as the API writes it: `based_on` is basedOn."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def beside(tree: Tree, inside: str) -> Row:
    """Return an answer with what it tells under a name beside the rest."""
    inner = tree.get(inside)
    if not isinstance(inner, dict):
        return tree
    return {**{name: value for name, value in tree.items() if name != inside}, **inner}


def paged(tree: Tree, key: Callable[[Row], str], call: Invocation) -> Tree:
    """Return a whole list cut down to the page that was asked for."""
    page = part(parts_of(tree, "items"), key, limit=call.limit, cursor=call.cursor)
    return {**tree, "items": list(page.items), "nextCursor": page.next_cursor}


def facts(tree: Row) -> Iterable[str]:
    """Yield an object as lines of names and values."""
    return [f"{name:<16} {cell(value)}" for name, value in tree.items()]
