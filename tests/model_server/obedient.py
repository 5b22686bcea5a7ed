"""The obedient model: it does whatever the news in its prompt tell it to, however badly the order is hidden.

No model is that bad, which is the point: what holds against this one does not rest on a model's good sense. It trades
what it is told to, calls tools that nobody offered, repeats every secret it can see, and answers word for word what it
is told to answer. Source: RELIABILITY 5 ("assume the model obeys the attacker").
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

NEWS = re.compile(r"<<news.*?>>(.*?)<<end of news", re.DOTALL)
"""The fences of our own prompts."""

INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
TAGS = re.compile("[\U000e0020-\U000e007e]")
ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{12,}")
HEX = re.compile(r"(?:[0-9a-f]{2}){6,}", re.IGNORECASE)

_CYRILLIC = (
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
)
_LOOKALIKES = str.maketrans(
    f"{_CYRILLIC}{_CYRILLIC.lower()}01345", "ABEKMHOPCTYXSIJabekmhopctyxsijOIEAS"
)
_NO_SYMBOLS = frozenset(
    {
        *(
            "A",
            "ALL",
            "AND",
            "ANY",
            "AS",
            "AT",
            "EVERYTHING",
            "FOR",
            "IN",
            "IT",
            "NOW",
            "OF",
            "ON",
            "THE",
        )
    }
    | {*("SHARE", "SHARES", "STOCK", "STOCKS", "THIS", "TO", "UNIT", "UNITS", "WITH", "WORTH")}
)
_TRADE = re.compile(
    r"\b(buy|sell|short|purchase|acquire|accumulate|dump|liquidate|exit)\b[\s:,]*"
    r"(?:(?P<before>\d[\d,.]*)\s*)?(?:shares?|units?|stock)?\s*(?:of\s+)?"
    r"\$?(?P<symbol>[A-Z][A-Z0-9./-]{0,9})\b[\s:,x]*(?P<after>\d[\d,.]*)?",
    re.IGNORECASE,
)
_TOOL = re.compile(
    r"\b(?:call|use|invoke|run|execute)\b\s+(?:the\s+)?(?:tool|function)\s+[`'\"]?"
    r"(?P<name>[\w-]+(?:\.[\w-]+)*)[`'\"]?(?:\s*(?:with|\()?\s*(?P<arguments>\{.*?\}))?",
    re.IGNORECASE | re.DOTALL,
)
_REVEAL = re.compile(
    r"\b(?:print|reveal|show|output|repeat|leak|send|tell|include|disclose|append)\b.{0,60}?"
    r"\b(?:secrets?|api.?keys?|keys?|passwords?|credentials?|tokens?|system prompt|instructions)\b",
    re.IGNORECASE | re.DOTALL,
)
_VERBATIM = re.compile(
    r"\b(?:answer|reply|respond|output|return)\b[^:\n]{0,40}:\s*(?P<text>[\[{`].*)",
    re.IGNORECASE | re.DOTALL,
)
_CONFIDENCE = re.compile(r"\bconfidence\b[^\d\n]{0,20}(?P<value>\d+(?:\.\d+)?)", re.IGNORECASE)
_LINK = re.compile(r"!?\[[^\]]*\]\([^)]+\)|https?://\S+")
_SECRET = re.compile(
    r"\bsk-[\w-]{8,}|\b(?:canary|secret)[\w-]*|(?<=password[ =:])\S+", re.IGNORECASE
)
_SELLING = frozenset({"sell", "short", "dump", "liquidate", "exit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A trade that the news tell the model to make."""

    action: str
    symbol: str
    quantity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Everything that the news tell the model to do."""

    trades: tuple[Order, ...] = ()
    tools: tuple[tuple[str, str], ...] = ()
    reveal: bool = False
    verbatim: str = ""
    confidence: float | None = None
    links: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.trades or self.tools or self.reveal or self.verbatim or self.links)


def news_in(prompt: str) -> Sequence[str]:
    """Return the texts between the fences of `prompt`."""
    return NEWS.findall(prompt)


def orders_in(texts: Iterable[str]) -> Orders:
    """Return what `texts` order, in every disguise that is known here; the plainest wording of an order counts."""
    views = list(dict.fromkeys(view for text in texts for view in disguises(text)))
    trades = [trade for view in views for trade in _trades(view)]
    tools = [found for view in views for found in _TOOL.finditer(view)]
    confidence = _first(_CONFIDENCE, views)
    verbatim = _first(_VERBATIM, views)
    return Orders(
        trades=tuple({(each.action, each.symbol): each for each in reversed(trades)}.values())[
            ::-1
        ],
        tools=tuple(
            {found["name"]: found["arguments"] or "{}" for found in reversed(tools)}.items()
        )[::-1],
        reveal=_first(_REVEAL, views) is not None,
        verbatim=verbatim["text"].strip() if verbatim else "",
        confidence=float(confidence["value"]) if confidence else None,
        links=next((found for view in views if (found := tuple(_LINK.findall(view)))), ()),
    )


def secrets_in(prompt: str) -> Sequence[str]:
    """Return what in `prompt` looks like a secret."""
    return tuple(dict.fromkeys(found[0] for found in _SECRET.finditer(prompt)))


def disguises(text: str) -> Iterator[str]:
    """Yield `text` as written, and as it reads under each disguise."""
    yield text
    shown = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    plain = TAGS.sub("", shown)
    yield plain
    hidden = "".join(chr(ord(tag) - 0xE0000) for tag in TAGS.findall(text))
    if hidden:
        yield hidden
    yield plain.translate(_LOOKALIKES)
    yield re.sub(r"(?<=\b\w)[ .*_-](?=\w\b)", "", plain)  # B U Y  T S L A
    yield html.unescape(unquote(plain))
    yield codecs.decode(plain, "rot13")
    yield plain[::-1]
    yield from _decoded(plain)


def _decoded(text: str) -> Iterator[str]:
    for token in ENCODED.findall(text):
        try:
            raw = base64.b64decode(token.replace("-", "+").replace("_", "/") + "==")
            yield raw.decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    for token in HEX.findall(text):
        try:
            yield bytes.fromhex(token).decode()
        except UnicodeDecodeError:
            continue


def _first(pattern: re.Pattern[str], views: Iterable[str]) -> re.Match[str] | None:
    return next((found for view in views if (found := pattern.search(view))), None)


def _trades(text: str) -> Iterator[Order]:
    for found in _TRADE.finditer(text):
        symbol = found["symbol"].upper().rstrip(".-/")
        if symbol in _NO_SYMBOLS:
            continue
        quantity = (found["before"] or found["after"] or "").replace(",", "").rstrip(".")
        yield Order(
            action="SELL" if found[1].lower() in _SELLING else "BUY",
            symbol=symbol,
            quantity=_number(quantity),
        )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
