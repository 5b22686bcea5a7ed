"""The text of a file, or one plain sentence on why it has none."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from quorate.kernel.errors import RejectedError

LARGEST = 200 * 1024 * 1024
"""Bytes after unpacking; a century of daily bars of 100 symbols is about 150 MB."""

GZIP_MAGIC = b"\x1f\x8b"


def text_of(file: Path | bytes) -> str:
    """Return the text of a file or of its content, unpacked where it is gzipped.

    Raises:
        RejectedError: it cannot be read, is too large, or is no text in UTF-8.
    """
    content = unpacked(file if isinstance(file, bytes) else _read(file))
    if not content.strip():
        raise refused("the file is empty", fix="choose a CSV file with daily bars")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(f"byte {error.start} is not UTF-8") from error
    if "\x00" in text:
        raise _no_text("it holds NUL characters")
    return text


def unpacked(content: bytes, *, largest: int = LARGEST) -> bytes:
    """Return `content`, unpacked if it is gzipped; never more than `largest` bytes.

    Raises:
        RejectedError: it is larger, or a gzip file that is cut short or damaged.
    """
    if content.startswith(GZIP_MAGIC):
        content = _gunzipped(content, largest)
    if len(content) > largest:
        limit = f"{largest // 1024 // 1024} MB"
        raise refused(f"the file is larger than {limit} unpacked", fix="split it by symbol")
    return content


def refused(cause: str, *, fix: str, slug: str = "") -> RejectedError:
    """Return the refusal of a whole file."""
    return RejectedError(cause, effect="nothing was written", fix=fix, slug=slug)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise refused(f"there is no file {path}", fix="check the path", slug="not-found") from error
    except IsADirectoryError as error:
        raise refused(f"{path} is a directory", fix="name one CSV file in it") from error
    except OSError as error:
        raise refused(f"{path} cannot be read: {error.strerror}", fix="check its mode") from error


def _gunzipped(content: bytes, largest: int) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as file:
            return file.read(largest + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise refused(f"the gzip file is damaged: {error}", fix="fetch the file again") from error


def _no_text(detail: str) -> RejectedError:
    return refused(f"the file is not text: {detail}", fix="save it as CSV in UTF-8")
