"""CSV files as people have them: the dialects that are read, a plain refusal for the rest."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from quorate.adapters.files.content import unpacked
from quorate.adapters.files.csv_bars import read_bars
from quorate.kernel.errors import RejectedError
from quorate.market import ActionKind, QuarantineCode
from tests.unit.market.histories import AAPL, FB, GOOG, IBM, MSFT, PACKAGED

SHARED = Path(__file__).parents[3] / "shared" / "data"
HEADER = "Date,Open,High,Low,Close,Volume"
PLAIN = f"{HEADER}\n2020-01-02,10,11,9,10.5,1000\n2020-01-03,10.5,11,10,10.75,900\n"


def read(text, symbol=AAPL):
    return read_bars(text.encode(), symbol=symbol, source="test")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param("\ufeff" + PLAIN, id="byte order mark"),
        pytest.param(PLAIN.replace(",", ";"), id="semicolons"),
        pytest.param(PLAIN.replace(",", "\t"), id="tabs"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(PLAIN.replace("\n", "\r"), id="old Mac line ends"),
        pytest.param(PLAIN.replace("\n", "\n\n"), id="blank lines"),
        pytest.param(PLAIN.replace("2020-01-0", "2020010"), id="dates without dashes"),
        pytest.param(PLAIN.replace("-02,", "-02 00:00:00-05:00,"), id="dates with midnight"),
        pytest.param(PLAIN.replace("10.75", '"10.7500"'), id="quotes and trailing zeros"),
        pytest.param(
            PLAIN.replace(HEADER, "timestamp,1. open,2. high,3. low,4. close,5. volume"),
            id="numbered names",
        ),
        pytest.param(PLAIN.replace(HEADER, HEADER.upper()), id="upper case"),
        pytest.param(
            PLAIN.replace("Volume", "Volume,vwap")
            .replace("000\n", "000,9\n")
            .replace("900\n", "900,9\n"),
            id="columns of no use",
        ),
        pytest.param(PLAIN.rstrip("\n"), id="no line end at the end"),
    ],
)
def test_every_dialect_says_the_same(text):
    (series,) = read(text).series
    assert series == read(PLAIN).series[0]
    assert [str(bar.close) for bar in series.bars] == ["10.5", "10.75"]
    assert series.quarantine is None


def test_the_packaged_file_holds_five_sound_symbols():
    imported = read_bars(PACKAGED, source="packaged")
    assert [series.symbol for series in imported.series] == [AAPL, FB, GOOG, IBM, MSFT]
    assert [series.quarantine for series in imported.series] == [None] * 5
    assert imported.notes == {}


def test_one_symbol_can_be_chosen():
    (series,) = read_bars(PACKAGED, symbol=FB, source="packaged").series
    assert (series.symbol, len(series)) == (FB, 196)


def test_a_file_may_be_called_after_its_symbol(tmp_path):
    path = tmp_path / "BRK.B.csv.gz"
    path.write_bytes(gzip.compress(PLAIN.encode()))
    (series,) = read_bars(path, source="test").series
    assert series.symbol == "BRK.B"


def test_a_session_that_other_symbols_have_is_missed():
    text = gzip.decompress(PACKAGED.read_bytes()).decode()
    lines = [line for line in text.splitlines() if not line.startswith("IBM,2010-03-16")]
    codes = {
        series.symbol: series.quarantine and series.quarantine.code
        for series in read("\n".join(lines), symbol=None).series
    }
    assert codes == {AAPL: None, FB: None, GOOG: None, IBM: QuarantineCode.GAP, MSFT: None}


def test_without_adjusted_closes_the_splits_are_suspected():
    text = gzip.decompress(PACKAGED.read_bytes()).decode()
    bare = "\n".join(line.rpartition(",")[0] for line in text.splitlines())
    found = {series.symbol: series.quarantine for series in read(bare, symbol=None).series}
    assert [name for name, quarantine in found.items() if quarantine] == [AAPL, MSFT]
    assert found[AAPL].code is found[MSFT].code is QuarantineCode.UNADJUSTED_SPLIT


def test_split_columns_are_read():
    text = f"{HEADER},Dividends,Stock Splits\n2020-01-02,100,101,99,100,10,0.0,0.0\n"
    text += "2020-01-03,25,26,24,25.5,40,0.0,4.0\n"
    (series,) = read(text).series
    assert [(action.kind, action.ratio) for action in series.actions] == [(ActionKind.SPLIT, 4)]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("2020-01-06,10,11,9,n/a,1000", id="a word"),
        pytest.param("2020-01-06,10,11,9,,1000", id="an empty cell"),
        pytest.param("2020-01-06,10,11,9,NaN,1000", id="NaN"),
        pytest.param("2020-01-06,10,11,9,10.5", id="a cell too few"),
        pytest.param("2020-01-06,10,11,9,10.5,1,000", id="thousands separators"),
    ],
)
def test_a_row_that_is_no_number_costs_its_symbol_the_trust(row):
    (series,) = read(PLAIN + row + "\n").series
    assert series.quarantine is not None
    assert series.quarantine.code is QuarantineCode.NON_FINITE
    assert len(series) == 2


def test_one_bad_symbol_does_not_cost_the_others():
    rows = ["AAPL,2020-01-02,10,11,9,10,5", "IBM,2020-01-02,10,11,-9,10,5"]
    good, bad = read("\n".join([f"tic,{HEADER}", *rows]), symbol=None).series
    assert (good.symbol, good.quarantine) == (AAPL, None)
    assert bad.quarantine.code is QuarantineCode.NEGATIVE_PRICE


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(b" \n\n", "the file is empty", id="blank"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "byte 0 is not UTF-8", id="a picture"),
        pytest.param(b"Date\x00,Open", "NUL", id="NUL characters"),
        pytest.param(gzip.compress(PLAIN.encode())[:40], "gzip file is damaged", id="cut gzip"),
        pytest.param(b"a,b\n1,2\n", "no column for date, open", id="unknown columns"),
        pytest.param(b"Date,Open,High,Low,Close\n", "no column for volume;", id="one missing"),
        pytest.param(
            f"{HEADER},Close\n".encode(), "more than one column could be close", id="twice"
        ),
        pytest.param(f"{HEADER}\n".encode(), "no row", id="no rows"),
        pytest.param(f"{HEADER}\n8 Aug 2012,1,1,1,1,1\n".encode(), "line 2: '8 Aug", id="date"),
        pytest.param(f"{HEADER}\n,1,1,1,1,1\n".encode(), "line 2: '' is no date", id="no date"),
        pytest.param(
            f"{HEADER}\n2020-01-02 10:00,1,1,1,1,1\n2020-01-02 11:00,1,1,1,1,1\n".encode(),
            "line 3: AAPL has several bars on 2020-01-02",
            id="intraday",
        ),
        pytest.param(f'{HEADER}\n"{"x" * 200_000}"\n'.encode(), "is not CSV", id="a huge cell"),
        pytest.param(
            f"Symbol,{HEADER}\nA$,2020-01-02,1,1,1,1,1\n".encode(), "'A$' is no symbol", id="symbol"
        ),
        pytest.param(
            f"Symbol,{HEADER}\nIBM,2020-01-02,1,1,1,1,1\n".encode(), "no row of AAPL", id="other"
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(content, cause):
    with pytest.raises(RejectedError) as refusal:
        read_bars(content, symbol=AAPL, source="test")
    assert cause in refusal.value.cause
    assert refusal.value.effect == "nothing was written"
    assert refusal.value.fix
    assert "\n" not in str(refusal.value)


def test_a_file_without_a_symbol_asks_for_one(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(PLAIN)
    with pytest.raises(RejectedError, match="--symbol AAPL"):
        read_bars(path, source="test")


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(RejectedError, match="there is no file") as refusal:
        read_bars(tmp_path / "none.csv", source="test")
    assert refusal.value.slug == "not-found"


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(RejectedError, match="is a directory"):
        read_bars(tmp_path, source="test")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_over_the_cap_is_refused(pack):
    with pytest.raises(RejectedError, match="larger than"):
        unpacked(pack(b"x" * 2_000_000), largest=1_000_000)


@pytest.mark.skipif(not SHARED.exists(), reason="the development data lie beside the checkout only")
def test_a_file_of_another_publisher_is_read():
    imported = read_bars(SHARED / "daily-bars-djia" / "daily_bars.csv", source="djia")
    sound = [series for series in imported.series if series.quarantine is None]
    assert len(sound) == 20
    assert {len(series) for series in sound} == {148, 154}


@pytest.mark.skipif(not SHARED.exists(), reason="the development data lie beside the checkout only")
def test_hourly_bars_are_refused():
    with pytest.raises(RejectedError, match="several bars on 2022-09-19"):
        read_bars(SHARED / "hourly-bars" / "AAPL_hourly.csv", symbol=AAPL, source="hourly")
