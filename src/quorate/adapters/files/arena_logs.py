"""Read another arena's folder: a log per participant, the bars beside them, a benchmark; decoded, judged elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from quorate.adapters.files.content import LARGEST, refused, unpacked
from quorate.arena.imported.source import Line, Sources
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError

LOG: Final = "position.jsonl"
BARS: Final = "merged.jsonl"

LAYOUTS: Final = (f"positions/*/{LOG}", f"*/position/{LOG}", f"*/{LOG}")
"""Where logs stand below a folder, each under its participant's name; the first layout that is there counts."""

LONGEST_NAME: Final = 80

_SHAPE: Final = "a folder has positions/NAME/position.jsonl and merged.jsonl"


def read_arena_folder(folder: Path, bars: Path | None, benchmark: Path | None) -> Sources:
    """Return what the files of an arena hold, with the SHA-256 of each; without `bars` they stand in the folder.

    Raises:
        RejectedError: a file is not there, cannot be read, or holds a line that is no JSON object.
    """
    if not folder.is_dir():
        raise refused(f"there is no folder {folder}", fix=_SHAPE, slug="not-found")
    digests: dict[str, str] = {}
    logs = {
        name: tuple(_lines(_named(file, folder), _text(file, folder, digests)))
        for name, file in sorted(_logs(folder).items())
    }
    for name, lines in logs.items():
        if not lines:
            raise refused(f"the log of {name} is empty", fix="leave its folder out")
    with_bars = bars or folder / BARS
    return Sources(
        name=_folder_name(folder),
        logs=logs,
        bars=tuple(_lines(_named(with_bars, folder), _text(with_bars, folder, digests))),
        benchmark=_benchmark(benchmark, folder, digests),
        digests=digests,
    )


def _logs(folder: Path) -> dict[str, Path]:
    """Return the log of every participant."""
    for layout in LAYOUTS:
        found = sorted(folder.glob(layout))
        if found:
            depth = layout.split("/").index("*") - len(layout.split("/"))
            _require_all(folder, layout, found)
            return {_checked(file.parts[depth]): file for file in found}
    raise refused(f"{folder} has no logs", fix=_SHAPE)


def _require_all(folder: Path, layout: str, found: Iterable[Path]) -> None:
    """Refuse a folder of positions in which a participant has no log: it would be left out without a word."""
    if layout != LAYOUTS[0]:
        return
    with_log = {file.parent for file in found}
    for each in sorted((folder / "positions").iterdir()):
        if each.is_dir() and each not in with_log:
            raise refused(f"positions/{each.name} has no {LOG}", fix="take the folder away")


def _checked(name: str) -> str:
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise refused(
            f"a participant is called {name[:LONGEST_NAME]!r}",
            fix=f"a name has 1 to {LONGEST_NAME} visible characters",
        )
    return name


def _folder_name(folder: Path) -> str:
    name = "".join(each for each in folder.resolve().name if each.isprintable()).strip()
    return name[:LONGEST_NAME] or "imported"


def _benchmark(file: Path | None, folder: Path, digests: dict[str, str]) -> Line | None:
    if file is None:
        return None
    name = _named(file, folder)
    return Line(name, 1, _object(name, 1, _text(file, folder, digests)))


def _text(file: Path, folder: Path, digests: dict[str, str]) -> str:
    """Return a file's text, and note the digest of its bytes as they lie there."""
    name = _named(file, folder)
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise refused(f"there is no file {file}", fix=_SHAPE, slug="not-found") from error
    except OSError as error:
        raise refused(f"{file} cannot be read: {error.strerror}", fix="check its mode") from error
    digests[name] = sha256_hex(content)
    try:
        return unpacked(content).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(
            f"{name} is not text: byte {error.start} is not UTF-8", fix="save it in UTF-8"
        ) from error
    except RejectedError as error:
        raise refused(f"{name}: {error.cause}", fix=error.fix) from error


def _lines(name: str, text: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield Line(name, number, _object(name, number, line))


def _object(name: str, number: int, text: str) -> Mapping[str, object]:
    try:
        tree = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_without_doubles,
        )
    except json.JSONDecodeError as error:
        at = number + error.lineno - 1
        raise _no_json(name, at, f"{error.msg} at column {error.colno}") from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise _no_json(name, number, str(error) or "it cannot be read") from error
    if not isinstance(tree, dict):
        raise _no_json(name, number, "it is no object")
    return tree


def _no_json(name: str, number: int, why: str) -> RejectedError:
    return refused(
        f"{name} line {number} is not a JSON object: {why[:160]}", fix="fetch the file again"
    )


def _no_constant(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{double[:40]!r} stands twice in one object")
    return tree


def _named(file: Path, folder: Path) -> str:
    """Return a file's name below the folder, or with the folder it stands in."""
    if file.is_relative_to(folder):
        return file.relative_to(folder).as_posix()
    return f"{file.parent.name}/{file.name}" if file.parent.name else file.name
