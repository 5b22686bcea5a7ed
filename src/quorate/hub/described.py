"""The API's description without a server: what `quorate openapi` prints and docs/api.md is made of."""

from __future__ import annotations

from typing import Any, cast

from quorate.bootstrap import App
from quorate.hub.api.description import Tree, description_of
from quorate.hub.api.reference import as_markdown
from quorate.hub.application import create_hub

NO_PORT = 1
"""A hub that is never served needs a port only to be made."""


def described(app: Any) -> tuple[Tree, str]:  # noqa: ANN401  (a command knows the application by its own port)
    """Return the description, and its tables as Markdown."""
    tree = description_of(create_hub(cast("App", app), NO_PORT))
    return tree, as_markdown(tree).rstrip()
