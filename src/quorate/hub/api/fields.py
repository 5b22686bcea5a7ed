"""`?fields=runId,status`: only these fields of a list's items. What is not a list is answered whole."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import msgspec

from quorate.hub.api import asking

if TYPE_CHECKING:
    from litestar import Response

    from quorate.hub.parts import AnyRequest

FIELDS: Final = "fields"
NAMES: Final = r"[A-Za-z][A-Za-z0-9]*(,[A-Za-z][A-Za-z0-9]*)*"
"""How the names are written; the description says the same."""

_NAMES = re.compile(NAMES)
_WANTED: ContextVar[frozenset[str]] = ContextVar("wanted_fields")
"""What the request that is being answered names; each request has a context of its own."""


async def note_fields(request: AnyRequest) -> None:
    """Note which fields a reader names, before the list is made.

    Raises:
        RefusedError: it is no list of names.
    """
    if request.method == "GET" and FIELDS in request.query_params:
        text = ",".join(request.query_params.getall(FIELDS))
        if not _NAMES.fullmatch(text):
            raise asking.wrong(f"?{FIELDS}", "names fields with commas between, as in runId,status")
        _WANTED.set(frozenset(text.split(",")))


async def cut_fields(response: Response[Any]) -> Response[Any]:
    """Cut a list down to the fields that were named; see `sparse`."""
    wanted = _WANTED.get(frozenset())
    if wanted and response.status_code in {None, 200} and _is_list(response.content):
        response.content = sparse(msgspec.to_builtins(response.content), wanted)
    return response


def sparse(tree: dict[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    """Return a list with these fields of its items alone.

    Raises:
        RefusedError: no item has a field of such a name; of an empty list nobody can tell.
    """
    items = tree["items"]
    known = {name for item in items for name in item}
    if items and (unknown := sorted(wanted - known)):
        raise asking.wrong(f"?{FIELDS}", f"names no field of these items: {', '.join(unknown)}")
    kept = [{name: value for name, value in item.items() if name in wanted} for item in items]
    return {**tree, "items": kept}


def _is_list(content: object) -> bool:
    return isinstance(content, msgspec.Struct) and {"items", "next_cursor"} <= {
        *content.__struct_fields__
    }
