"""Corporate actions: what makes yesterday's price incomparable with today's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from quorate.market.bar import RawBar, without_trailing_zeros

SMALL_RATIOS = tuple(
    sorted(
        {Fraction(new) for new in (2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 50)}
        | {Fraction(1, old) for old in (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 50, 100)}
        | {Fraction(3, 2), Fraction(4, 3), Fraction(5, 2), Fraction(5, 3), Fraction(5, 4)}
    )
)
"""New shares per old share in the splits that happen. Nothing nearer to 1 than 5:4, so that
Microsoft's dividend of 2004-11-15 (1.112) is none. Source: DESIGN 14."""

SPLIT_TOLERANCE = 0.01
"""How far a factor change may lie from a small ratio. Source: DESIGN 14."""

WRITTEN_TOLERANCE = 0.001
"""How far a split written as a decimal (0.3333) may lie from the small ratio it means."""

FACTOR_NOISE = 1e-6
"""A relative change of the factor that is arithmetic, not an action: the smallest one in the
packaged data is 0.001, the noise between actions below 1e-12."""

CENT = 2
"""Decimals of a price that a source may have dropped as trailing zeros."""

RATIO_PRECISION = Context(prec=12)
"""Ratios keep twelve digits: far finer than prices, coarser than the noise of the division."""


class ActionKind(StrEnum):
    """What happened to the share."""

    SPLIT = "split"
    DIVIDEND = "dividend"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateAction:
    """A dated change of what one share is worth, usable from its own session on.

    `ratio` is greater than 0: what later prices are multiplied by to compare with earlier ones. A
    split of `numerator` new shares for `denominator` old ones has the ratio numerator /
    denominator.
    """

    session: date
    kind: ActionKind
    ratio: Decimal
    numerator: int | None = None
    denominator: int | None = None

    @property
    def terms(self) -> tuple[int, int]:
        """Return new shares for old ones, in whole numbers: as they were told, else as the ratio says."""
        if self.numerator and self.denominator:
            return self.numerator, self.denominator
        return self.ratio.as_integer_ratio()


def actions_of(rows: Sequence[RawBar]) -> tuple[CorporateAction, ...]:
    """Return the actions that a source's sound rows tell, oldest first.

    A back-adjusted close is believed before columns of dividends and splits. Each action depends on
    its own row and the one before alone, never on the level of the factor, which knows the future.
    """
    return tuple(action for before, row in pairwise(rows) for action in _between(before, row))


def nearest_split(ratio: float, tolerance: float) -> Fraction | None:
    """Return the small ratio within `tolerance` (0.01 = 1 %) of `ratio`, if there is one."""
    if not 0 < ratio < math.inf:
        return None
    nearest = min(SMALL_RATIOS, key=lambda small: abs(math.log(ratio / small)))
    return nearest if abs(ratio / nearest - 1) <= tolerance else None


def is_shown(ratio: float | Fraction, before: RawBar, row: RawBar) -> bool:
    """Tell whether the raw price opened nearer to the split than to unchanged."""
    opened = math.log(row.open / before.close)
    return abs(opened + math.log(ratio)) < abs(opened)


def _between(before: RawBar, row: RawBar) -> Iterator[CorporateAction]:
    if before.adj_close is not None and row.adj_close is not None:
        ratio = (row.adj_close / row.close) / (before.adj_close / before.close)
        noise = FACTOR_NOISE + _rounding(before.adj_close) + _rounding(row.adj_close)
        if abs(float(ratio) - 1) > noise:
            yield _told_by_factor(ratio, before, row)
    else:
        yield from _told_by_columns(before, row)


def _rounding(price: Decimal) -> float:
    """Return the relative error of a price rounded to the decimals it shows, cents at least."""
    exponent = price.as_tuple().exponent
    decimals = max(-exponent, CENT) if isinstance(exponent, int) else CENT
    return 0.5 * 10.0**-decimals / float(price)


def _told_by_factor(ratio: Decimal, before: RawBar, row: RawBar) -> CorporateAction:
    split = nearest_split(float(ratio), SPLIT_TOLERANCE)
    if split is not None and is_shown(split, before, row):
        return _split(row.session, split)
    return _dividend(row.session, ratio)


def _told_by_columns(before: RawBar, row: RawBar) -> Iterator[CorporateAction]:
    close = before.close
    if row.tells_split and row.split is not None:
        split = nearest_split(float(row.split), WRITTEN_TOLERANCE) or Fraction(row.split)
        if is_shown(split, before, row):
            yield _split(row.session, split)
            close /= row.split
    if row.dividend and row.dividend < close:
        yield _dividend(row.session, close / (close - row.dividend))


def _split(session: date, ratio: Fraction) -> CorporateAction:
    return CorporateAction(
        session=session,
        kind=ActionKind.SPLIT,
        ratio=_plain(Decimal(ratio.numerator) / ratio.denominator),
        numerator=ratio.numerator,
        denominator=ratio.denominator,
    )


def _dividend(session: date, ratio: Decimal) -> CorporateAction:
    return CorporateAction(session=session, kind=ActionKind.DIVIDEND, ratio=_plain(ratio))


def _plain(ratio: Decimal) -> Decimal:
    return without_trailing_zeros(RATIO_PRECISION.plus(ratio))
