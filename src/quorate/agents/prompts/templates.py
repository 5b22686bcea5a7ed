"""The prompt templates, one per role, in versions: a text in use is never changed, it gets a successor.

Source: R-066, R-071, DESIGN 6 (roles); what each role looks at follows the seeds' focus areas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from quorate.agents.profile import Role
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError

COMMON: Final = """\
You are one of several independent analysts of a paper-trading system. Each of you judges the same evidence; a rule \
counts the votes. You cannot trade, and nobody acts on your word alone.

Answer with ONE JSON object and nothing else, valid under this JSON schema, with no other keys:
{schema}

Rules:
- One decision per requested symbol, each symbol exactly once: {symbols}.
- action is what you want done now: BUY, SELL or HOLD (keep things as they are).
- confidence is your probability, 0 to 1, that the sign of your action is right over timeHorizon. Do not round up.
- Use only the evidence given here and what a tool returned. Quote no number that is not there.
- stop and target are prices in the dollars of the evidence, sizing a share of equity in (0, 1] or a quantity.
- timeHorizon is an ISO 8601 duration counted in sessions, P20D unless you have a reason.
"""
"""What every agent is told first; the same words for all, so that it can be cached with the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """The task of one role; `template_id` is its name and version, as in "judge/1"."""

    template_id: str
    role: Role
    text: str

    @property
    def version(self) -> int:
        """Return which version of the role's prompt it is, 1 for the packaged one."""
        return int(self.template_id.rpartition("/")[2])

    @property
    def sha256(self) -> str:
        """Return the hash that the text goes by."""
        return sha256_hex(self.text)


def _template(role: Role, text: str) -> PromptTemplate:
    return PromptTemplate(template_id=f"{role}/1", role=role, text=text)


_ALL: Final = (
    _template(
        Role.TECHNICAL_ANALYST,
        "Your seat: technical analyst. Judge trend, momentum, volume and the levels where the market turned. "
        "Say which level proves you wrong, and put the stop there.",
    ),
    _template(
        Role.FUNDAMENTAL_ANALYST,
        "Your seat: fundamental analyst. Judge what the dated news and the long history say about the business, "
        "not the last candles. Without anything dated to judge, HOLD with a confidence near 0.5 and say so.",
    ),
    _template(
        Role.RISK_MANAGER,
        "Your seat: risk manager. Judge what an entry could lose: volatility, gaps, the book's exposure, the regime. "
        "Set veto to true only when new risk in a symbol must not be taken now, and name the reason. "
        "Wanting to wait is HOLD, not a veto.",
    ),
    _template(
        Role.BULL,
        "Your task: make the strongest honest case FOR buying. You are assigned this side and do not vote: the judge "
        "reads your argument. Answer BUY with the confidence you really have, name what would prove you wrong.",
    ),
    _template(
        Role.BEAR,
        "Your task: make the strongest honest case AGAINST buying, for selling where there is a position. You are "
        "assigned this side and do not vote: the judge reads your argument. Answer SELL with the confidence you "
        "really have, name what would prove you wrong.",
    ),
    _template(
        Role.JUDGE,
        "Your seat: judge. The independent voters could not settle this. Weigh the evidence itself first, then their "
        "votes and the advocates' arguments; the number of voices is no argument. Answer with your own decision. "
        "A confidence under 0.62 means that nothing is done, which is a good answer when the evidence is thin.",
    ),
)

TEMPLATES: Final[Mapping[str, PromptTemplate]] = MappingProxyType(
    {template.template_id: template for template in _ALL}
)
"""Every template by its id."""


def template_named(template_id: str) -> PromptTemplate:
    """Return the template with this id.

    Raises:
        RejectedError: there is none.
    """
    template = TEMPLATES.get(template_id)
    if template is None:
        raise RejectedError(
            f"there is no prompt template '{template_id}'",
            effect="the agent is not asked",
            fix=f"choose from {', '.join(TEMPLATES)}",
            slug="not-found",
        )
    return template
