"""The event bus of one process: whoever subscribes to a channel is offered what is published there, at once.

Subscribers take what they are offered without waiting (a queue of their own), so no reader holds another one up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from quorate.results.channels import (
    ANALYSIS_EVENTS,
    SIDEBAR_EVENTS,
    SIGNAL_EVENTS,
    Message,
    analysis_complete,
    sidebar_update,
    signal_validated,
)
from quorate.results.result import TradingAnalysisResult

Subscriber = Callable[[Message, TradingAnalysisResult], None]
"""Takes what is said in a channel, and the result that it is about."""


class EventBus:
    """Channels and who listens; `published` counts what was said in each."""

    def __init__(self) -> None:
        self.published: dict[str, int] = defaultdict(int)
        self._subscribers: dict[str, list[Subscriber]] = defaultdict(list)

    @contextmanager
    def subscribed(self, channel: str, subscriber: Subscriber) -> Iterator[None]:
        """Offer what is published in `channel` to `subscriber` as long as the block lasts."""
        self._subscribers[channel].append(subscriber)
        try:
            yield
        finally:
            self._subscribers[channel].remove(subscriber)

    def publish(self, channel: str, message: Message, result: TradingAnalysisResult) -> None:
        """Offer a message to everybody who listens."""
        self.published[channel] += 1
        for subscriber in tuple(self._subscribers[channel]):
            subscriber(message, result)

    def tell(self, result: TradingAnalysisResult, *, is_newest: bool) -> None:
        """Publish a result where it belongs; the sidebar hears of what is the newest alone. Source: R-167, R-168."""
        self.publish(ANALYSIS_EVENTS, analysis_complete(result), result)
        validated = signal_validated(result)
        if validated is not None:
            self.publish(SIGNAL_EVENTS, validated, result)
        if is_newest:
            self.publish(SIDEBAR_EVENTS, sidebar_update(result), result)
