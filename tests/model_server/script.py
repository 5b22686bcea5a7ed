"""The script: which call is answered with what, and how the answer travels.

A rule says *which* calls (`model`, `contains`, `nth`), *what* is answered (`Say`, `Refuse`, `Body`, `Obey`) and *how*
it travels (`Delivery`: delay, drip, stall, cut, flood). The first rule that fits a call answers it; a call that fits
none gets a plain `Say()`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

import msgspec


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of an agent's answer; the symbol "*" stands for every symbol that the prompt asks about."""

    symbol: str = "*"
    action: str = "HOLD"
    confidence: float = 0.7
    rationale: str = "scripted"
    more: dict[str, object] = {}
    """Further keys: `sizing`, `stop`, `veto` and the like."""


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a tool that the model asks for; `arguments` is text, so it may be no JSON."""

    name: str
    arguments: str = "{}"


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """Usage as the server shall tell it, whatever is true: any number, also a negative or absurd one."""

    prompt_tokens: object = None
    completion_tokens: object = None
    cached_tokens: object = 0


class Say(msgspec.Struct, frozen=True, kw_only=True, tag="say"):
    """A chat completion.

    What it says is the first of: `content`, `votes` (as an agent's strict answer), `tools` alone (content null), else
    one HOLD per symbol.
    """

    content: str | None = None
    votes: list[Vote] = []
    tools: list[Tool] = []
    tool_rounds: int | None = None
    """Ask for the tools until so many tool answers are in the prompt, then say the rest; None: for ever."""
    finish_reason: str = ""
    """Empty: `stop`, or `tool_calls` where tools are asked for."""
    model_served: str = ""
    """Empty: the model that was asked."""
    no_choices: bool = False
    usage: Tokens | None = None
    """None: as counted."""
    without_usage: bool = False
    cost: object = None
    """In dollars, told by the OpenRouter dialect; None: as computed, the text "absent": not told."""


class Refuse(msgspec.Struct, frozen=True, kw_only=True, tag="refuse"):
    """An error as the dialect words it.

    `retry_after` is in seconds; with `as_date` it is sent as an HTTP date, with `in_milliseconds` in OpenAI's header.
    """

    status: int = 429
    message: str = "scripted"
    kind: str = ""
    """OpenAI's `error.code`, as "context_length_exceeded"; empty: by status."""
    retry_after: float | None = None
    as_date: bool = False
    in_milliseconds: bool = False
    moderated: bool = False
    inside_200: bool = False
    """Send the error body with HTTP 200, as OpenRouter does once the model has begun."""


class Body(msgspec.Struct, frozen=True, kw_only=True, tag="body"):
    """A body word for word: `text`, or bytes as `hex`, then `fill` times the letter x."""

    status: int = 200
    text: str = ""
    hex: str = ""
    fill: int = 0
    content_type: str = "application/json"
    headers: dict[str, str] = {}

    def content(self) -> bytes:
        return (bytes.fromhex(self.hex) if self.hex else self.text.encode()) + b"x" * self.fill


class Obey(msgspec.Struct, frozen=True, kw_only=True, tag="obey"):
    """A completion by a model that follows every instruction in the news of its prompt: see `obedient`."""

    everywhere: bool = False
    """Obey the whole prompt; else the fenced news in it, and every answer of a tool."""
    reveals_key: bool = True
    """Whether it also says the key that it was called with, which no real model could: our side must not keep it."""


What = Say | Refuse | Body | Obey


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer travels. Bytes are counted from the first of the status line."""

    delay_s: float = 0.0
    bytes_per_s: float = 0.0
    """0: all at once."""
    stall_after: int | None = None
    """Send so many bytes, then nothing, and keep the connection: 0 is a half-open peer."""
    cut_after: int | None = None
    """Send so many bytes, then reset the connection: 0 is a peer that resets at once."""
    cut_in_body: int | None = None
    """As `cut_after`, counted from the first byte of the body."""
    politely: bool = False
    """Cut by closing instead of resetting."""
    header_flood: int = 0
    """So many more headers of 64 bytes."""
    chunked: bool = False
    close: bool = False
    """Say `Connection: close` and do it."""


INSTANT = Delivery()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls, what, how."""

    what: What = Say()
    how: Delivery = INSTANT
    name: str = ""
    model: str = "*"
    """A pattern as of a shell: "openai/*"."""
    contains: str = ""
    """A text somewhere in the messages of the prompt."""
    nth: list[int] = []
    """The places, from 1, among the calls that fit `model` and `contains`; empty: all of them."""
    times: int | None = None
    """Answers so many calls, then fits none."""

    def fits(self, model: str, prompt: str) -> bool:
        return fnmatchcase(model, self.model) and self.contains in prompt


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """All rules, and what the server knows besides."""

    rules: list[Rule] = []
    accepts: list[str] | None = None
    """SHA-256 of the keys that are let in, others get a 401; None: everybody, also without a key."""
    models: tuple[str, ...] = ("openai/gpt-5-mini", "openai/gpt-5", "qwen/qwen3-8b:free")
    """What `GET /models` lists."""
    keeps_bodies: bool = True
    """Whether the ledger keeps requests and answers; a benchmark does without."""
    usd_per_token: Decimal = Decimal("0.000001")
    """The price of a token, of either kind, where a rule names no cost."""


class Progress:
    """A script under way: how often each rule was met and used."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.seen = [0] * len(script.rules)
        self.used = [0] * len(script.rules)

    def rule_for(self, model: str, prompt: str) -> Rule:
        """Return the rule that answers this call, and count it."""
        for place, rule in enumerate(self.script.rules):
            if not rule.fits(model, prompt):
                continue
            self.seen[place] += 1
            if rule.nth and self.seen[place] not in rule.nth:
                continue
            if rule.times is not None and self.used[place] >= rule.times:
                continue
            self.used[place] += 1
            return rule
        return _PLAIN


_PLAIN = Rule(name="plain")


def votes(action: str, confidence: float, symbols: Sequence[str] = ("*",), **more: object) -> Say:
    """Return an agent's answer: the same vote on each of `symbols`."""
    return Say(
        votes=[
            Vote(symbol=symbol, action=action, confidence=confidence, more=more)
            for symbol in symbols
        ]
    )


def key_digest(key: str) -> str:
    """Return how the ledger and `Script.accepts` name a key."""
    return hashlib.sha256(key.encode()).hexdigest()
