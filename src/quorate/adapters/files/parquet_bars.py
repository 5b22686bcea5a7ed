"""Daily bars in Parquet: the table becomes the text that the CSV reader takes, so both are held to the same rules.

Reading needs the extra `parquet` (pyarrow); everything else works without it.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from quorate.adapters.files.content import LARGEST, refused

MAGIC: Final = b"PAR1"
"""How a Parquet file begins and ends. Source: the format's specification."""

MOST_ROWS: Final = 5_000_000
"""Rows of one file: a century of daily bars of 200 symbols. Ours."""

_SUFFIX: Final = ".parquet"


def is_parquet(path: Path) -> bool:
    """Return whether the file begins as Parquet does; one that cannot be read is left to whoever reads it."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def csv_of(path: Path) -> bytes:
    """Return the rows of a Parquet file as CSV in UTF-8, its columns named as they are.

    Raises:
        RejectedError: the extra is not installed, the file is damaged or too large, or a column holds no single values.
    """
    table = _table(path)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    for batch in table.to_batches(max_chunksize=10_000):
        columns = [column.to_pylist() for column in batch.columns]
        writer.writerows(tuple(map(_cell, row)) for row in zip(*columns, strict=True))
    return text.getvalue().encode()


def symbol_named(path: Path) -> str | None:
    """Return the symbol that a file is called after (AAPL.parquet), None where it is called otherwise."""
    stem = path.name.removesuffix(_SUFFIX)
    return stem if path.name != stem and stem.isupper() else None


def _table(path: Path) -> Any:  # noqa: ANN401  (pyarrow tells no types)
    try:
        import pyarrow as pa  # noqa: PLC0415  (optional)
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise refused(
            f"{path} is a Parquet file, and what reads it is not installed",
            fix="pip install 'quorate[parquet]', or save it as CSV",
        ) from error
    try:
        with parquet.ParquetFile(path) as file:
            told = file.metadata
            if told.num_rows > MOST_ROWS or _unpacked(told) > LARGEST:
                raise refused(
                    f"the file has {told.num_rows} rows of {_unpacked(told)} bytes unpacked",
                    fix="split it by symbol",
                )
            nested = [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)]
            if nested:
                raise refused(f"the column {nested[0]} holds no single values", fix="flatten it")
            return file.read()
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        raise refused(f"the Parquet file cannot be read: {said}", fix="write it again") from error


def _unpacked(told: Any) -> int:  # noqa: ANN401  (pyarrow tells no types)
    return sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups))


def _cell(value: object) -> str:
    """Return a value as CSV has it; a time of midnight is a date, as writers of daily bars mean it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == value.time().min else value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return repr(value) if isinstance(value, float) else str(value)
