"""Tests of models, each carried out once: a repeated request gets the answer that the first one was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quorate.arena.acceptance import RequestKey, acceptance_event, last_acceptance, standing
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import RunId, TraceId
from quorate.kernel.journal import Event

TEST_PREFIX = "test_"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestId:
    """What a test's calls are recorded and paid under; `scope` is its id where budgets look for a run's."""

    id: str
    trace_id: TraceId

    @property
    def scope(self) -> RunId:
        """Return the id under which a limit on the test as a whole is kept."""
        return RunId(self.id)

    @property
    def stream(self) -> str:
        """Return the stream of the test's one row."""
        return stream_of_test(self.id)

    def told(
        self,
        kind: str,
        payload: Mapping[str, JsonValue],
        attachments: tuple[bytes, ...] = (),
    ) -> Event:
        """Return the fact of how the test ended."""
        return Event(
            stream=self.stream,
            type=kind,
            payload=payload,
            trace_id=self.trace_id,
            attachments=attachments,
        )


def stream_of_test(test_id: str) -> str:
    """Return the stream of a test."""
    return f"test:{test_id}"


@dataclass(frozen=True, slots=True)
class TestLog:
    """Begins tests, and finds those that were carried out already."""

    store: Store

    async def begun(self, key: RequestKey | None) -> tuple[TestId, Mapping[str, Json] | None]:
        """Return a new test, or the one that `key` stands for with what was recorded of it.

        Raises:
            RejectedError: the key was used for another request.
            ConflictError: the test that it stands for has not ended (slug `idempotency-in-flight`).
        """
        fresh = TestId(id=self.store.ids.ulid(TEST_PREFIX), trace_id=self.store.ids.trace_id())
        if key is None:
            return fresh, None
        entries = await self.store.journal.entries(key.stream)
        last, now = last_acceptance(entries), self.store.clock.now()
        first = standing(key, last, now)
        if first is not None:
            told = TestId(id=first.run_id, trace_id=first.trace_id)
            return told, await self._recorded(told)
        event = acceptance_event(key, fresh.scope, fresh.trace_id, last=last, now=now)
        await self.store.journal.commit(lambda _tx: [event])
        return fresh, None

    async def end(self, event: Event, owed: Sequence[Event] = ()) -> None:
        """Record how a test ended, together with what its calls owe."""
        await self.store.journal.commit(lambda _tx: [event, *owed])

    async def _recorded(self, test: TestId) -> Mapping[str, Json]:
        entries = await self.store.journal.entries(test.stream)
        if not entries:
            raise ConflictError(
                "the test with this idempotency key has not ended",
                effect="nothing was asked again",
                fix="send the same request in a while",
                slug="idempotency-in-flight",
            )
        return entries[-1].facts
