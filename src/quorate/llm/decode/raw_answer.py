"""An answer as it arrived: how large it may be, what text it is, and what of it is kept when it is refused."""

from __future__ import annotations

import codecs
import hashlib
from typing import Final

from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode

MAX_ANSWER_BYTES: Final = 64 * 1024
"""The size cap. Source: DESIGN 7, MO-013."""

MAX_HEAD_BYTES: Final = 4 * 1024
"""How much of a refused answer is kept. Source: RELIABILITY 5."""

BOM: Final = "\ufeff"

_BLANK = f"{BOM} \t\r\n"
_SLICE = 64 * 1024
_UNPRINTABLE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_ESCAPES = {code: text for code, text in _UNPRINTABLE.items() if chr(code) not in "\t\n\r"}


def answer_text(raw: bytes | str) -> str:
    """Return `raw` as text.

    Raises:
        AnswerRefusedError: larger than 64 KiB (looked at no further), not UTF-8, or blank.
    """
    if len(raw) > MAX_ANSWER_BYTES:
        raise _too_large(f"more than {MAX_ANSWER_BYTES} bytes")
    text = _checked(raw) if isinstance(raw, str) else _decoded(raw)
    if not text.strip(_BLANK):
        raise AnswerRefusedError(RejectionCode.EMPTY, "the answer is blank")
    return text


def digest_of(raw: bytes | str) -> str:
    """Return the SHA-256 of the answer's bytes in lower-case hex, made without a second copy of the answer."""
    if isinstance(raw, bytes):
        return hashlib.sha256(raw).hexdigest()
    hashed = hashlib.sha256()
    for start in range(0, len(raw), _SLICE):
        hashed.update(raw[start : start + _SLICE].encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def head_of(raw: bytes | str) -> str:
    """Return the beginning of the answer, at most 4 KiB as UTF-8, with an escape for what no database stores."""
    head = raw[:MAX_HEAD_BYTES]
    if isinstance(head, str):
        head = head.encode("utf-8", "backslashreplace")
    text, _ = codecs.utf_8_decode(head[:MAX_HEAD_BYTES], "backslashreplace", False)
    kept, _ = codecs.utf_8_decode(
        text.translate(_ESCAPES).encode()[:MAX_HEAD_BYTES], "strict", False
    )
    return kept


def _checked(raw: str) -> str:
    try:
        encoded = raw.encode()
    except UnicodeEncodeError as error:
        detail = f"a lone surrogate at character {error.start}"
        raise AnswerRefusedError(RejectionCode.LONE_SURROGATE, detail) from None
    if len(encoded) > MAX_ANSWER_BYTES:
        raise _too_large(f"{len(encoded)} bytes, more than {MAX_ANSWER_BYTES}")
    return raw


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} is not UTF-8"
        raise AnswerRefusedError(RejectionCode.NOT_UTF8, detail) from None


def _too_large(detail: str) -> AnswerRefusedError:
    return AnswerRefusedError(RejectionCode.OUTPUT_TOO_LARGE, detail)
