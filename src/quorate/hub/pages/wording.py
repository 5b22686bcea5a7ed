"""Wording: how values are said on a page. Pure; every name here that a template uses is one of `FILTERS`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from markupsafe import Markup

from quorate.arena.record.phrases import count, spaced
from quorate.hub.pages.limits import warning_words
from quorate.kernel.money import Usd
from quorate.llm.budget import COUNTED
from quorate.llm.budget_line import BudgetLine
from quorate.llm.nanos import usd_of

UNPRICED: Final = "unpriced"
"""What is shown for a cost that nobody knows: never $0. Source: UI 1 (Unknown cost)."""

UNKNOWN: Final = "unknown"

MINUS: Final = "\N{MINUS SIGN}"

LEAST_SHOWN: Final = Decimal("0.0001")
"""Below it an amount is said to be under it, so that a cost is never rounded to nothing."""

SHORTEST: Final = 0.1
"""Milliseconds: a shorter time is said to be under it, never none."""

HALF_A_PERCENT: Final = 0.005

_INVISIBLE = "\U000e0000-\U000e007f\ufe00-\ufe0f\u200b-\u200d\u2060\ufeff"
"""Tags, variation selectors, zero-width signs: text that a reader cannot see. Source: RELIABILITY 1.7."""

_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Signs that turn the order of what follows."""

_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""Control characters but tab and line ends."""

_ODD = re.compile(f"(?P<invisible>[{_INVISIBLE}])|[{_TURNING}{_CONTROL}]")

_ID_TAIL = 10
"""The characters of an id's time part: enough to tell runs apart that began a millisecond apart."""


def plain(text: object) -> str:
    """Return text without what cannot be seen; signs that control or reorder it are spelled out."""
    return _ODD.sub(_spelled, str(text))


def money(amount: Usd | Decimal | str | None) -> str:
    """Return dollars with as many places as they need: "$0.0187", "$1,204.50"; None is "unpriced"."""
    if amount is None:
        return UNPRICED
    value = amount.amount if isinstance(amount, Usd) else Decimal(amount)
    sign, size = (MINUS if value < 0 else ""), abs(value)
    if 0 < size < LEAST_SHOWN:
        return f"{sign}under ${LEAST_SHOWN}"
    return f"{sign}${_places(size)}"


def held(amount: int | None, line: BudgetLine) -> str:
    """Return an amount in the unit of a limit: dollars to a hundredth of a cent, whole calls; None is "unknown"."""
    if amount is None:
        return UNKNOWN
    return counted(amount) if line.limit in COUNTED else money(usd_of(amount))


def price(dollars: Decimal | str | None) -> str:
    """Return the price of a million tokens with cents at least and every place that it has: "$0.40", "$0.0375"."""
    if dollars is None:
        return UNPRICED
    exact = Decimal(dollars).normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"${exact:,.{places}f}"


def seconds(duration: float | None) -> str:
    """Return a duration in the unit that fits it: "21 ms", "8.6 s", "2 min 5 s"; None is "unknown"."""
    if duration is None:
        return UNKNOWN
    if duration < 1:
        return f"{1000 * duration:.0f} ms"
    if duration < 60:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s"


def milliseconds(value: float) -> str:
    """Return a time in the unit that fits: "0.4 ms", "21 ms", "8.60 s"; "under 0.1 ms" is never none."""
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    if 0 < value < SHORTEST:
        return f"under {SHORTEST} ms"
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def percent(ratio: float | None) -> str:
    """Return a ratio as a whole percentage, "19 %", that never rounds to none or all; None is "unknown"."""
    if ratio is None:
        return UNKNOWN
    if 0 < ratio < HALF_A_PERCENT:
        return "under 1 %"
    if 1 - HALF_A_PERCENT < ratio < 1:
        return "over 99 %"
    return f"{100 * ratio:.0f} %"


def ratio(value: float | None) -> str:
    """Return a number of [0, 1] with two places, "0.62"; None is "none"."""
    return "none" if value is None else f"{value:.2f}"


def when(moment: datetime | str | None) -> str:
    """Return a moment as an element that a script shows in local time; UTC stands in its title."""
    if moment is None:
        return UNKNOWN
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    utc = at.astimezone(UTC)
    shown = f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    machine = utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" title="{}" data-local>{}</time>').format(
        machine, shown, f"{utc:%Y-%m-%d %H:%M} UTC"
    )


def short_id(identifier: str) -> str:
    """Return an id's prefix and its time part, "run_01KB3F9QW7": enough to recognise it."""
    prefix, underscore, tail = identifier.partition("_")
    return f"{prefix}_{tail[:_ID_TAIL]}" if underscore else identifier[:_ID_TAIL]


def counted(number: int) -> str:
    """Return a whole number with its thousands apart: "10,412"."""
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    """Return "1 run", "1,204 runs"."""
    return f"{counted(number)} {count(number, noun).partition(' ')[2]}"


def upper_first(text: str) -> str:
    """Return a sentence that begins with a capital and leaves the rest alone."""
    return text[:1].upper() + text[1:]


def shown(value: object) -> object:
    """Return what a template prints: `plain` text, unless it is markup that this code made."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else plain(value)


def _places(size: Decimal) -> str:
    exact = size.quantize(LEAST_SHOWN, ROUND_HALF_UP)
    cents = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if size >= 1 or exact == cents:
        return f"{cents:,}"
    return f"{exact:,}".rstrip("0")


def _spelled(found: re.Match[str]) -> str:
    return "" if found["invisible"] else f"[U+{ord(found.group()):04X}]"


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "counted": counted,
    "held": held,
    "milliseconds": milliseconds,
    "money": money,
    "percent": percent,
    "plain": plain,
    "plural": plural,
    "price": price,
    "ratio": ratio,
    "seconds": seconds,
    "short_id": short_id,
    "spaced": spaced,
    "upper_first": upper_first,
    "warning_words": warning_words,
    "when": when,
}
"""What templates may call on a value."""
