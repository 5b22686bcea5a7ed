"""Static files: the hub's own scripts, styles, fonts and pictures, held in memory with their compressed form.

An address that carries the file's version may be kept for ever; so may what has its version in its name. Anything else
is asked for again each time. No path reaches the disk: what is not known by name is not there.
"""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from quorate.hub.pages.templating import STATIC, STATIC_PATH, asset
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import OPEN

FOR_EVER: Final = "public, max-age=31536000, immutable"
AGAIN: Final = "no-cache"

VERSIONED_FOLDERS: Final = ("fonts/", "vendor/")
"""Their files carry the version in the name."""

_COMPRESSED_ALREADY: Final = frozenset({".woff2", ".png"})


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent; `address` is the one that may be kept for ever."""

    name: str
    body: bytes
    compressed: bytes | None
    media_type: str
    address: str

    @property
    def etag(self) -> str:
        """Return the version as a validator."""
        return f'"{self.address.rpartition("=")[2]}"'

    def caching(self, version: str | None) -> str:
        """Return for how long an answer may be kept that was asked for with `version`."""
        named = self.address.rpartition("=")[2]
        is_versioned = version == named or self.name.startswith(VERSIONED_FOLDERS)
        return FOR_EVER if is_versioned else AGAIN


@cache
def static_files(folder: Path = STATIC) -> Mapping[str, StaticFile]:
    """Return every file below `folder` by its relative path."""
    names = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    return {name: _read(folder / name, name) for name in sorted(names)}


def _read(file: Path, name: str) -> StaticFile:
    body = file.read_bytes()
    packed = None if file.suffix in _COMPRESSED_ALREADY else gzip.compress(body, mtime=0)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind.endswith(("javascript", "svg+xml"))
    return StaticFile(
        name=name,
        body=body,
        compressed=packed if packed is not None and len(packed) < len(body) else None,
        media_type=f"{kind}; charset=utf-8" if text else kind,
        address=asset(name),
    )


@get(f"{STATIC_PATH}/{{name:path}}", guards=[OPEN], include_in_schema=False, sync_to_thread=False)
def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Send a file."""
    files: Mapping[str, StaticFile] = request.app.state["static"]
    file = files.get(name.lstrip("/"))
    if file is None:
        raise RefusedError("there is no such file", slug="not-found")
    headers = {
        "Cache-Control": file.caching(request.query_params.get("v")),
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=304, media_type=file.media_type, headers=headers)
    if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.compressed, media_type=file.media_type, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)
