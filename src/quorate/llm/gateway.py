"""A logical call: one question to a ladder of models, with one deadline and one budget of attempts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import BookName, RunId, TraceId
from quorate.kernel.journal import NO_BOOK
from quorate.kernel.money import Usd
from quorate.llm.call import Purpose
from quorate.llm.ladder import Rung
from quorate.llm.prompt import Prompt
from quorate.llm.recall import answer_key
from quorate.llm.tier import Tier
from quorate.resilience.breaker import BreakerPolicy
from quorate.resilience.retry import RetryPolicy

LONGEST_TTL_S: Final = 30 * 86_400.0
"""An answer is never used again after 30 days. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPolicy:
    """How long the gateway waits, how often it tries, and how much it sends at once."""

    cheap_timeout_s: float = 20.0
    """The deadline of a call to a free or cheap model, in seconds. Source: RELIABILITY 1.1."""

    power_timeout_s: float = 60.0
    """The deadline of a call to a power model, in seconds. Source: RELIABILITY 1.1."""

    max_attempts: int = 4
    """How many requests one logical call may send, whichever model they go to. Ours: twice two."""

    retries: int = 1
    """How often the same model is asked again after an error of its own. Source: RELIABILITY 1.1 (5xx: 1)."""

    rate_limit_tries: int = 2
    """How often a model that says 429 is asked in all. Source: RELIABILITY 1.1 (max 2 tries)."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    """The waits between tries."""

    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    """The breaker of each model. Source: R-051 (3 failures in 60 s, open for 60 s)."""

    hop_share: float = 0.6
    """The share of the time left that a model gets while another one can be asked after it; the last one gets all.

    Ours: of 20 s a hanging model takes 12, which leaves a fallback 8. At 1 the first may use up the whole deadline.
    """

    answer_ttl_s: float = 0.0
    """For how long an answer to the same prompt is used again, in seconds; 0: every run asks. Source: DESIGN 7.

    Ours: who starts a run twice wants to hear the models twice; a schedule sets it, or its strategy does.
    """

    drain_s: float = 30.0
    """How long a request goes on after its caller left, so that its cost is learned, in seconds. Ours."""

    max_in_flight: int = 512
    """How many requests one provider has at once; more wait. Ours: half of a common limit of open files."""

    max_prompt_tokens: int = 20_000
    """A prompt estimated larger is not sent. Source: R-060 (FM-002), R-050."""

    def __post_init__(self) -> None:
        """Refuse values with which no call could be made, or one would never end."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"gateway policy: {rule}", effect="nothing was run")

    def timeout_s(self, tier: Tier) -> float:
        """Return the deadline of a call to a model of `tier`, in seconds."""
        return self.power_timeout_s if tier is Tier.POWER else self.cheap_timeout_s

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        timeouts = (self.cheap_timeout_s, self.power_timeout_s)
        return (
            (all(0 < each <= 120 for each in timeouts), "a timeout is in (0, 120]"),
            (1 <= self.max_attempts <= 20, "max_attempts is in [1, 20]"),
            (0 <= self.retries <= 10, "retries is in [0, 10]"),
            (1 <= self.rate_limit_tries <= 10, "rate_limit_tries is in [1, 10]"),
            (0 < self.hop_share <= 1, "hop_share is in (0, 1]"),
            (0 <= self.answer_ttl_s <= LONGEST_TTL_S, "answer_ttl_s is in [0, 2592000]"),
            (0 < self.drain_s <= 300, "drain_s is in (0, 300]"),
            (1 <= self.max_in_flight <= 100_000, "max_in_flight is in [1, 100000]"),
            (1 <= self.max_prompt_tokens <= 1_000_000, "max_prompt_tokens is in [1, 1000000]"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalCall:
    """One question, whoever ends up answering it.

    `logical_id` ties its hops together in the journal. `ladder` has the model to ask first, then its fallbacks.
    `timeout_s` is the one deadline of all hops, in seconds. `template` is that of the prompt and its version
    (`judge/1`), empty where none was used; `run_limit` what the run was told to stay below.

    An `interim` answer leads to another call (tools): the gateway settles it at once, so that its worst case does not
    stand beside the next one's. `most_attempts` is how many requests it may send where an earlier call that it belongs
    to has sent some already (a repair), None for as many as the policy allows. `fresh_for_s` is how long an answer to
    the same prompt may be used again, 0 for never; then `profile_version` says what else the answer depends on.
    """

    logical_id: str
    trace_id: TraceId
    profile: str
    purpose: Purpose
    ladder: tuple[Rung, ...]
    prompt: Prompt
    max_tokens: int
    timeout_s: float
    template: str = ""
    temperature: float = 0.0
    seed: int | None = None
    run_id: RunId | None = None
    run_limit: Usd | None = None
    book: BookName = NO_BOOK
    interim: bool = False
    most_attempts: int | None = None
    fresh_for_s: float = 0.0
    profile_version: str = ""

    def __post_init__(self) -> None:
        """Refuse a question that nobody can answer."""
        if not self.ladder or not self.prompt.messages:
            raise InvariantBrokenError("a call needs a model and a message")
        if self.max_tokens < 1 or not self.timeout_s > 0:
            raise InvariantBrokenError("a call needs tokens to answer with, and time")

    @property
    def answer_key(self) -> str:
        """Return what an answer of the first model is remembered under."""
        return answer_key(
            profile_version=self.profile_version,
            prompt_hash=self.prompt.hash,
            model=self.ladder[0].model,
        )
