"""How a book stands: its newest mark, from which everything after it is folded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from quorate.cycle.book_keeping.folding import Folded
from quorate.cycle.ports import Mark, MarkRequest
from quorate.kernel.canonical import JsonValue, sha256_hex
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, CycleId, DecisionId, Symbol, crockford
from quorate.kernel.stamps import stamp
from quorate.portfolio.kept_book import Closing, KeptBook, opened_kept_book
from quorate.portfolio.ledger import CENT, ZERO, Account, Ledger, cents
from quorate.portfolio.lot import FillReason, Lot
from quorate.risk.situation import RecentExit

EXIT_SESSIONS: Final = 30
"""For so many sessions an exit is remembered. Ours: the checks look back on 24 (check 21)."""

MARKED: Final = "book.marked"
NO_CYCLE: Final = CycleId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookStanding:
    """A book at its newest mark, number 0 before the first; money in USD, marked at the close of `session`.

    `day_start` is the equity that the session began with. `gap` is the broker's cash less ours, `gap_is_new` whether it
    changed with this mark. `through` is the journal's row up to which it is folded.
    """

    book: BookName
    kept: KeptBook
    day_start: Decimal
    peak: Decimal
    number: int = 0
    cycle_id: CycleId = NO_CYCLE
    session: date | None = None
    at: str = ""
    broker_cash: Decimal | None = None
    gap_is_new: bool = False
    exits: tuple[RecentExit, ...] = ()
    through: int = 0
    snapshot_id: str = ""
    """The id of the positions at this mark: the same cycle of the same book, the same id."""

    @property
    def cash(self) -> Decimal:
        """Return the cash by our own executions."""
        return self.kept.cash

    @property
    def equity(self) -> Decimal:
        """Return the cash and what the positions are worth at the last prices."""
        return self.kept.equity

    @property
    def lots(self) -> tuple[Lot, ...]:
        """Return what is held, oldest first."""
        return self.kept.lots

    @property
    def ledger(self) -> Ledger:
        """Return the accounts, which add up to nothing."""
        return self.kept.ledger

    @property
    def prices(self) -> Mapping[Symbol, Decimal]:
        """Return the last price of what is held."""
        return self.kept.prices

    @property
    def gap(self) -> Decimal:
        """Return the broker's cash less ours, in whole cents; anything but zero is a person's to explain."""
        return cents(self.exact_gap)

    @property
    def exact_gap(self) -> Decimal:
        """Return the gap with what is less than a cent."""
        return ZERO if self.broker_cash is None else self.broker_cash - self.cash

    def payload(self) -> dict[str, JsonValue]:
        """Return the payload of `book.marked`."""
        return {
            "number": self.number,
            "cycleId": self.cycle_id,
            "session": self.session,
            "at": self.at,
            "cash": _text(self.cash),
            "brokerCash": _optional(self.broker_cash),
            "gapIsNew": self.gap_is_new,
            "equity": _text(self.equity),
            "dayStartEquity": _text(self.day_start),
            "peakEquity": _text(self.peak),
            "positions": {symbol: _position(self.kept, symbol) for symbol in self.kept.symbols},
            "lots": [_lot_payload(lot) for lot in self.lots],
            "exits": [_exit_payload(each) for each in self.exits],
            "ledger": {
                account.value: _text(amount)
                for account, amount in sorted(self.ledger.balances.items())
            },
            "snapshotId": self.snapshot_id,
            "through": self.through,
        }

    def as_mark(self, payload: Mapping[str, JsonValue] | None = None) -> Mark:
        """Return the mark as the cycle hears of it; `payload` is its own where that was made before."""
        if self.session is None:
            raise InvariantBrokenError(f"the book {self.book} was never marked")
        return Mark(
            number=self.number,
            snapshot_id=self.snapshot_id,
            session=self.session,
            cash=self.cash,
            equity=self.equity,
            gap=self.gap,
            gap_is_new=self.gap_is_new,
            payload=self.payload() if payload is None else payload,
        )


def opened_standing(book: BookName, cash: Decimal) -> BookStanding:
    """Return a book that nobody marked yet."""
    return BookStanding(book=book, kept=opened_kept_book(cash), day_start=cash, peak=cash)


def marked(
    before: BookStanding, close: MarkRequest, after: Folded, *, through: int, broker_cash: Decimal
) -> BookStanding:
    """Return the book at its next mark; a new session begins with the equity that the last one ended with."""
    is_new = before.session is None or close.session > before.session
    exits = [*_older(before.exits, is_new), *_exits_in(after.closings)]
    equity = after.book.equity
    gap = broker_cash - after.book.cash
    return BookStanding(
        book=before.book,
        kept=after.book,
        day_start=before.equity if is_new else before.day_start,
        peak=max(before.peak, equity),
        number=before.number + 1,
        cycle_id=close.cycle_id,
        session=close.session,
        at=stamp(close.at),
        broker_cash=broker_cash,
        gap_is_new=cents(gap) != 0 and _differs(gap, before.exact_gap, after),
        exits=tuple(each for each in exits if each.sessions_ago < EXIT_SESSIONS),
        through=through,
        snapshot_id=_snapshot_id(before.book, close.cycle_id),
    )


def _differs(gap: Decimal, before: Decimal, after: Folded) -> bool:
    """Return whether a gap is more than what a broker that books exactly may round: a cent a fill, or less than one."""
    if after.in_cents:
        return gap != before
    return abs(gap - before) >= CENT * max(after.fills, 1)


def read_standing(book: BookName, told: Mapping[str, object]) -> BookStanding:
    """Return the mark that a payload of `book.marked` tells.

    Raises:
        InvariantBrokenError: it is none.
    """
    try:
        return _read(book, told)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise InvariantBrokenError(f"a mark of {book} cannot be read back: {error!r}") from error


def _read(book: BookName, told: Mapping[str, object]) -> BookStanding:
    balances = {Account(key): Decimal(str(text)) for key, text in _tree(told["ledger"]).items()}
    positions = _tree(told["positions"])
    prices = {Symbol(key): Decimal(str(_tree(each)["price"])) for key, each in positions.items()}
    broker_cash = told["brokerCash"]
    return BookStanding(
        book=book,
        kept=KeptBook(
            ledger=Ledger(MappingProxyType(balances)),
            lots=tuple(_read_lot(_tree(each)) for each in _list(told["lots"])),
            prices=MappingProxyType(prices),
        ),
        day_start=Decimal(str(told["dayStartEquity"])),
        peak=Decimal(str(told["peakEquity"])),
        number=int(str(told["number"])),
        cycle_id=CycleId(str(told["cycleId"])),
        session=date.fromisoformat(str(told["session"])),
        at=str(told["at"]),
        broker_cash=None if broker_cash is None else Decimal(str(broker_cash)),
        gap_is_new=told["gapIsNew"] is True,
        exits=tuple(_read_exit(_tree(each)) for each in _list(told["exits"])),
        through=int(str(told["through"])),
        snapshot_id=str(told["snapshotId"]),
    )


def _exits_in(closings: Iterable[Closing]) -> list[RecentExit]:
    """Return one exit for each order that closed anything."""
    by_order: dict[str, list[Closing]] = {}
    for closing in closings:
        by_order.setdefault(closing.order, []).append(closing)
    return [_exit_of(each) for each in by_order.values()]


def _exit_of(closings: Sequence[Closing]) -> RecentExit:
    cost = sum((each.cost for each in closings), ZERO)
    gained = sum((each.pnl for each in closings), ZERO)
    return RecentExit(
        symbol=closings[0].symbol,
        sessions_ago=0,
        stopped=closings[0].reason is FillReason.STOP,
        gain=gained / cost if cost else ZERO,
    )


def _older(exits: Sequence[RecentExit], is_new: bool) -> list[RecentExit]:  # noqa: FBT001
    return [
        RecentExit(
            symbol=each.symbol,
            sessions_ago=each.sessions_ago + is_new,
            stopped=each.stopped,
            gain=each.gain,
        )
        for each in exits
    ]


def _position(kept: KeptBook, symbol: Symbol) -> dict[str, JsonValue]:
    quantity = kept.quantity_of(symbol)
    return {
        "quantity": _text(quantity),
        "price": _text(kept.price_of(symbol)),
        "value": _text(kept.worth_of(symbol)),
        "averagePrice": _text(kept.cost_of(symbol) / quantity),
    }


def _lot_payload(lot: Lot) -> dict[str, JsonValue]:
    return {
        "decisionId": lot.decision_id,
        "symbol": lot.symbol,
        "opened": lot.opened,
        "quantity": _text(lot.quantity),
        "cost": _text(lot.cost),
        "fee": _text(lot.fee),
        "income": _text(lot.income),
        "stop": _optional(lot.stop),
        "target": _optional(lot.target),
        "horizon": lot.horizon,
        "sessions": lot.sessions,
    }


def _read_lot(told: Mapping[str, object]) -> Lot:
    return Lot(
        decision_id=DecisionId(str(told["decisionId"])),
        symbol=Symbol(str(told["symbol"])),
        opened=date.fromisoformat(str(told["opened"])),
        quantity=Decimal(str(told["quantity"])),
        cost=Decimal(str(told["cost"])),
        fee=Decimal(str(told["fee"])),
        income=Decimal(str(told["income"])),
        stop=_read_optional(told["stop"]),
        target=_read_optional(told["target"]),
        horizon=None if told["horizon"] is None else int(str(told["horizon"])),
        sessions=int(str(told["sessions"])),
    )


def _exit_payload(told: RecentExit) -> dict[str, JsonValue]:
    return {
        "symbol": told.symbol,
        "sessionsAgo": told.sessions_ago,
        "stopped": told.stopped,
        "gain": _text(told.gain),
    }


def _read_exit(told: Mapping[str, object]) -> RecentExit:
    return RecentExit(
        symbol=Symbol(str(told["symbol"])),
        sessions_ago=int(str(told["sessionsAgo"])),
        stopped=told["stopped"] is True,
        gain=Decimal(str(told["gain"])),
    )


def _snapshot_id(book: BookName, cycle_id: CycleId) -> str:
    number = int(sha256_hex(f"{book}\n{cycle_id}")[:32], 16)
    return "psn_" + crockford(number, 26)


def _text(number: Decimal) -> str:
    return format(number, "f")


def _optional(number: Decimal | None) -> str | None:
    return None if number is None else _text(number)


def _read_optional(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _tree(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is no object")
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"{value!r} is no list")
    return value
