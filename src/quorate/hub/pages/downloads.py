"""Downloads: a JSON file to keep, laid out for reading."""

from __future__ import annotations

import msgspec
from litestar import MediaType, Response


def download(name: str, tree: object) -> Response[bytes]:
    """Return a JSON file to keep."""
    return Response(
        msgspec.json.format(msgspec.json.encode(tree), indent=2),
        media_type=MediaType.JSON,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
