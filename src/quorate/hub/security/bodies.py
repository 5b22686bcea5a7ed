"""Bodies: read whole and bounded before anybody looks at them, of the one type that their place allows.

JSON must say each thing once: every JSON library takes the last of two equal keys, so two readers may see two requests.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import parse_qsl

from quorate.hub.problems import Refusal, RefusedError
from quorate.hub.security.headers import header_of

if TYPE_CHECKING:
    from litestar.types import HTTPReceiveMessage, HTTPScope, Receive

MAX_BODY_BYTES: Final = 1024 * 1024
"""Source: RELIABILITY 6.12."""

JSON: Final = "application/json"
CSP_REPORT: Final = "application/csp-report"
"""JSON too; what a browser calls its reports. Source: W3C, Content Security Policy 3, 5.3."""

FORM: Final = "application/x-www-form-urlencoded"
MAX_FIELDS: Final = 1000
"""Fields of a form; far more than any page has.  Ours."""


async def read_body(receive: Receive) -> bytes:
    """Return the whole body.

    Raises:
        RefusedError: it is longer than `MAX_BODY_BYTES` (slug `payload-too-large`).
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message["body"]
        if len(body) > MAX_BODY_BYTES:
            raise too_large()
        if not message.get("more_body"):
            return bytes(body)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body as one message, then goes on as `receive`."""
    waiting: list[HTTPReceiveMessage] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> HTTPReceiveMessage:
        return waiting.pop() if waiting else await receive()  # type: ignore[return-value]

    return again


def has_body(scope: HTTPScope) -> bool:
    """Return whether the request says that a body follows."""
    return header_of(scope, "content-length") not in {None, "0"} or (
        header_of(scope, "transfer-encoding") is not None
    )


def check_length(declared: str | None) -> None:
    """Refuse a body that says itself that it is too long, before any of it is read.

    Raises:
        RefusedError: slug `payload-too-large`.
    """
    if declared is not None and declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise too_large()


def check_type(given: str | None, expected: str, *, empty: bool) -> None:
    """Refuse a body of another type; an empty one needs none.

    Raises:
        RefusedError: slug `unsupported-media-type`.
    """
    named = given.partition(";")[0].strip().lower() if given else ""
    if named == expected or (empty and not named):
        return
    raise RefusedError(f"the body must be {expected}", slug="unsupported-media-type")


def check_json(body: bytes) -> None:
    """Refuse what is no JSON, and JSON that names a key twice or holds a number that is none.

    Raises:
        RefusedError: slug `validation-failed`, code MALFORMED_JSON.
    """
    try:
        tree = json.loads(body.decode(), object_pairs_hook=_each_once, parse_constant=_no_number)
        json.dumps(tree, ensure_ascii=False).encode()  # a lone surrogate is no text
    except RecursionError:
        raise _malformed("it is nested too deeply") from None
    except ValueError as error:
        raise _malformed(str(error)) from None


def form_field(body: bytes, name: str) -> str | None:
    """Return a field of a form, None where it is missing or the form cannot be read."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    return dict(pairs).get(name)


def too_large() -> RefusedError:
    """Return the refusal of a body that is too long; what is left of it is not read."""
    return RefusedError(
        f"a body has at most {MAX_BODY_BYTES} bytes",
        slug="payload-too-large",
        refusal=Refusal(headers={"Connection": "close"}),
    )


def _each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return tree


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def _malformed(why: str) -> RefusedError:
    return RefusedError(
        f"the body is no JSON that can be read: {why}",
        slug="validation-failed",
        refusal=Refusal(code="MALFORMED_JSON"),
    )
