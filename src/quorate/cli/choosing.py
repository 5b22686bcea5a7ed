"""Choosing: what of a command's JSON is wanted (`--jq`), and which database (`--db`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from quorate.kernel.errors import RejectedError


def chooser(expression: str) -> Callable[[Mapping[str, object]], Iterable[str]]:
    """Return what makes lines of a JSON object as jq does; a text is printed without quotes, as `jq -r` prints it.

    Raises:
        RejectedError: the expression is none of jq's.
    """
    import jq  # noqa: PLC0415  (its start is paid where it is asked for)

    try:
        program = jq.compile(expression)
    except ValueError as error:
        raise _refused(expression, error) from None

    def lines(tree: Mapping[str, object]) -> Iterable[str]:
        try:
            found = program.input_text(json.dumps(tree, ensure_ascii=False)).all()
        except ValueError as error:
            raise _refused(expression, error) from None
        return [
            each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
            for each in found
        ]

    return lines


def database_url(text: str) -> str:
    """Return the URL of a database that is named by its file; one that is a URL already stays as it is."""
    if not text or "://" in text or text.startswith("postgresql"):
        return text
    return f"sqlite:///{Path(text).expanduser().absolute()}"


def _refused(expression: str, error: ValueError) -> RejectedError:
    said = " ".join(str(error).split())
    return RejectedError(
        f"--jq {expression!r} cannot be used: {said}",
        effect="nothing is shown",
        fix="write it as in --jq '.items[].runId'",
    )
