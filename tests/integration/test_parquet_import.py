"""Bars in Parquet files, as other programs write them: the same bars as from CSV, or one plain sentence why not."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from quorate.adapters.files.csv_bars import read_bars
from quorate.adapters.files.parquet_bars import MAGIC, csv_of, is_parquet
from quorate.bootstrap import open_app
from quorate.bootstrap.importing import bars_in
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from tests.fakes.homes import settings_of

pytestmark = pytest.mark.integration

DAYS = [date(2012, 6, day) for day in (25, 26, 27, 28, 29)]
CLOSES = [570.77, 572.02, 574.5, 569.05, 584.0]


def table(sessions=DAYS, **columns):
    return pa.table(
        {
            "date": sessions,
            "open": CLOSES,
            "high": [close + 2 for close in CLOSES],
            "low": [close - 2 for close in CLOSES],
            "close": CLOSES,
            "volume": [10_000_000 + n for n in range(5)],
        }
        | columns
    )


def written(path, rows):
    parquet.write_table(rows, path)
    return path


def read(path, symbol=None):
    """The sound symbols of a file with the number of their bars, and those in quarantine."""
    series = bars_in(path, symbol).series
    sound = {one.symbol: len(one) for one in series if one.quarantine is None}
    return sound, [one.symbol for one in series if one.quarantine is not None]


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd"])
def test_bars_are_the_same_as_from_csv(tmp_path, codec):
    path = tmp_path / "AAPL.parquet"
    parquet.write_table(table(), path, compression=codec)
    assert read(path) == ({"AAPL": 5}, [])
    csv = "date,open,high,low,close,volume\n" + "".join(
        f"{day},{close!r},{close + 2!r},{close - 2!r},{close!r},{10_000_000 + n}\n"
        for n, (day, close) in enumerate(zip(DAYS, CLOSES, strict=True))
    )
    both = [
        read_bars(content, symbol=Symbol("AAPL"), source="bars").series[0].digest
        for content in (csv_of(path), csv.encode())
    ]
    assert both[0] == both[1]


@pytest.mark.parametrize(
    "sessions",
    [
        pytest.param([day.isoformat() for day in DAYS], id="texts"),
        pytest.param(pa.array([datetime(d.year, d.month, d.day) for d in DAYS]), id="midnights"),  # noqa: DTZ001
        pytest.param(pa.array(DAYS, pa.date32()), id="days"),
    ],
)
def test_sessions_are_read_however_they_are_kept(tmp_path, sessions):
    path = written(tmp_path / "bars.parquet", table(sessions=sessions))
    assert read(path, Symbol("IBM")) == ({"IBM": 5}, [])


def test_several_symbols_and_exact_decimals(tmp_path):
    rows = pa.concat_tables(
        [
            table(
                symbol=[name] * 5,
                close=pa.array([Decimal(str(c)) for c in CLOSES], pa.decimal128(12, 4)),
            )
            for name in ("AAPL", "MSFT")
        ]
    )
    assert read(written(tmp_path / "all.parquet", rows)) == ({"AAPL": 5, "MSFT": 5}, [])


def test_what_is_no_number_quarantines_its_symbol(tmp_path):
    closes = [*CLOSES[:4], float("nan")]
    path = written(tmp_path / "AAPL.parquet", table(close=closes))
    assert read(path) == ({}, ["AAPL"])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("cut.parquet", "cut", "cannot be read", id="cut short"),
        pytest.param("nested.parquet", "nested", "no single values", id="a list in a cell"),
        pytest.param("lone.parquet", "unnamed", "of which symbol", id="no symbol"),
        pytest.param("empty.parquet", "empty", "no row", id="no row"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, name, content, said):
    path = tmp_path / name
    match content:
        case "cut":
            whole = written(tmp_path / "whole.parquet", table()).read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
        case "nested":
            written(path, table(close=[[close] for close in CLOSES]))
        case "empty":
            written(path, table(symbol=["AAPL"] * 5).slice(0, 0))
        case _:
            written(path, table())
    with pytest.raises(RejectedError, match=said):
        bars_in(path, None)


async def test_a_home_takes_the_bars_up_and_is_as_it_was_after_a_bad_file(tmp_path):
    good = written(tmp_path / "AAPL.parquet", table())
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(good.read_bytes()[:200])
    async with open_app(settings_of(tmp_path / "home")) as app:
        summary = await app.import_bars(good, None)
        assert (summary.symbols, summary.bars) == (("AAPL",), 5)
        before = await app.feed().head()
        with pytest.raises(RejectedError):
            await app.import_bars(bad, None)
        assert await app.feed().head() == before


def test_a_parquet_file_is_known_by_how_it_begins(tmp_path):
    (tmp_path / "named.csv").write_bytes(MAGIC + b"rest")
    (tmp_path / "named.parquet").write_text("date,open\n")
    assert is_parquet(tmp_path / "named.csv")
    assert not is_parquet(tmp_path / "named.parquet")
    assert not is_parquet(tmp_path / "gone.parquet")
