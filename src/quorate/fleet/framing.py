"""Frames: a message as one text of JSON and back, equally strict on both sides (FM-TAW-005).

A frame is refused, not mended: larger than a mebibyte, nested too deep, a key twice, a number that is none, a field
that nobody knows, a field of another type.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, NoReturn, TypeVar

import msgspec

from quorate.fleet.wire import FRAME_BYTES, FromHub, FromWorker
from quorate.kernel.errors import RejectedError
from quorate.llm.decode.json_tree import nesting

MAX_DEPTH: Final = 32
"""How deep brackets may stand in each other; a result with a model call's record has 8 levels. Ours."""

M = TypeVar("M")


class FrameRefusedError(RejectedError):
    """A frame that is no message; `code` is `too-big` or `malformed`."""

    default_slug = "frame-refused"

    def __init__(self, cause: str, *, code: str = "malformed") -> None:
        super().__init__(cause, effect="the message was not taken")
        self.code = code


def frame_of(message: FromWorker | FromHub) -> str:
    """Return `message` as a frame.

    Raises:
        FrameRefusedError: it is larger than a frame may be.
    """
    frame = msgspec.json.encode(message)
    if len(frame) > FRAME_BYTES:
        raise FrameRefusedError(
            f"a message of {len(frame)} bytes, at most {FRAME_BYTES} are sent", code="too-big"
        )
    return frame.decode()


def worker_message(frame: str | bytes) -> FromWorker:
    """Return what a worker said.

    Raises:
        FrameRefusedError: it is no message of a worker.
    """
    return _converted(tree_of(frame), _WORKER)


def hub_message(frame: str | bytes) -> FromHub:
    """Return what a hub said.

    Raises:
        FrameRefusedError: it is no message of a hub.
    """
    return _converted(tree_of(frame), _HUB)


def checked(tree: object, shape: type[M]) -> M:
    """Return a decoded tree as `shape`: for what messages carry inside.

    Raises:
        FrameRefusedError: it is none.
    """
    convert: Callable[[object], M] = partial(msgspec.convert, type=shape, strict=True)
    return _converted(tree, convert)


def _converted(tree: object, convert: Callable[[object], M]) -> M:
    try:
        return convert(tree)
    except msgspec.ValidationError as error:
        raise FrameRefusedError(str(error)[:300]) from None


_WORKER: Final[Callable[[object], FromWorker]] = partial(
    msgspec.convert, type=FromWorker, strict=True
)
_HUB: Final[Callable[[object], FromHub]] = partial(msgspec.convert, type=FromHub, strict=True)


def tree_of(frame: str | bytes) -> object:
    """Return the JSON that a frame holds.

    Raises:
        FrameRefusedError: it holds none, or more than a frame may.
    """
    raw = frame.encode(errors="surrogatepass") if isinstance(frame, str) else frame
    if len(raw) > FRAME_BYTES:
        raise FrameRefusedError(
            f"a frame of {len(raw)} bytes, at most {FRAME_BYTES} are read", code="too-big"
        )
    try:
        text = raw.decode()
        _check_depth(text)
        tree: object = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise FrameRefusedError(f"the frame is not UTF-8: {error.reason}") from None
    except json.JSONDecodeError as error:
        raise FrameRefusedError(f"the frame is not JSON: {error.msg}, at {error.pos}") from None
    return tree


def _check_depth(text: str) -> None:
    """Refuse deep nesting before any parser meets it."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    if any(depth > MAX_DEPTH for depth, _ in nesting(text)):
        raise FrameRefusedError(f"brackets stand in each other more than {MAX_DEPTH} deep")


def _members(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for key, value in pairs:
        if key in members:
            raise FrameRefusedError(f"the key {key[:40]!a} stands there twice")
        members[key] = value
    return members


def _number(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise FrameRefusedError(f"{literal[:40]} is beyond any number")
    return number


def _integer(literal: str) -> int:
    if len(literal) > 19:
        raise FrameRefusedError(f"an integer of {len(literal)} digits")
    return int(literal)


def _constant(name: str) -> NoReturn:
    raise FrameRefusedError(f"{name} is not a number of JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_number, parse_int=_integer, parse_constant=_constant
)
