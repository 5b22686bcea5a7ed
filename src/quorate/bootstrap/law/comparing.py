"""Comparing: what a verdict was signed for beside what is on record, each digest computed anew from what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from quorate.adapters.sql.decision_streams import streams_of
from quorate.arbiter.constitution.listing import VerdictKind
from quorate.arena.record import read_run
from quorate.arena.record import stream_of as run_stream
from quorate.arena.record.header import RunEvent
from quorate.bootstrap.law.answers import ShownVerdict
from quorate.bootstrap.recalling import snapshot_of
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import Json, digest, sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import DecisionId, RunId
from quorate.kernel.journal import JournalEntry


class Standing(StrEnum):
    """How what was signed stands to what is stored now."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_KEPT = "not kept"
    """What it was made from is not kept here in a form that its hash could be computed from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A thing that a verdict binds: what it is, the digest that was signed, and the one computed just now."""

    what: str
    name: str
    signed: str
    found: str
    standing: Standing

    def as_json(self) -> dict[str, Json]:
        """Return the comparison as programs get it."""
        return {
            "what": self.what,
            "name": self.name,
            "signed": self.signed,
            "found": self.found or None,
            "standing": self.standing.value,
        }


SNAPSHOT: Final = "snapshot"
RUN: Final = "run_"
BACKTEST: Final = "bkt_"


class Comparing:
    """Computes the digests that a verdict names anew: of its decisions, its orders, its task and its snapshot."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, shown: ShownVerdict) -> Sequence[Compared]:
        """Return everything that a verdict binds, compared; nothing of one whose signature does not hold."""
        statement = shown.check.statement
        signed = list(_subjects(statement))
        if not signed:
            return ()
        run = await self._run(await self._run_id(shown))
        found = [await self._subject(name, sha256, run) for name, sha256 in signed]
        if shown.line.kind is VerdictKind.ORDER:
            found += await self._order(shown.line.about, _part(statement, "predicate"), run)
        return found

    async def _run_id(self, shown: ShownVerdict) -> RunId | None:
        """Return the run whose decisions a verdict is on, None where it is on none."""
        line = shown.line
        if line.kind is VerdictKind.TASK:
            name = line.about.rpartition(" ")[2]
            return RunId(name) if name.startswith(RUN) else None
        streams = await self._store.database.look_up(
            lambda link: streams_of(link, self._store.tenant, DecisionId(line.about))
        )
        return None if streams is None else streams.run_id

    async def _run(self, run_id: RunId | None) -> Sequence[JournalEntry]:
        return () if run_id is None else await self._store.journal.entries(run_stream(run_id))

    async def _subject(self, name: str, signed: str, run: Sequence[JournalEntry]) -> Compared:
        if name == SNAPSHOT:
            return await self._snapshot(signed, run)
        if name.startswith("dec_"):
            rows = [row for row in run if row.type == RunEvent.DECISION_MADE]
            kept = [sha256_hex(row.payload) for row in rows if row.facts["decisionId"] == name]
            return _compared("decision", name, signed, kept)
        if name.startswith("tsk_"):
            return _compared("task", name, signed, await self._task(name, signed))
        what = "backtest" if name.startswith(BACKTEST) else "order"
        told = await self._store.journal.entries(f"{what}:{name}")
        kept = [sha256_hex(row.payload) for row in (told if what == "backtest" else told[:1])]
        return _compared(what, name, signed, [signed] if signed in kept else kept[-1:])

    async def _task(self, task_id: str, signed: str) -> Sequence[str]:
        """Return the digests of what a task gave, or of its spec: a verdict names either by the task's id."""
        rows = [row.facts for row in await self._store.journal.entries(f"task:{task_id}")]
        specs = [digest(facts["spec"]) for facts in rows if "spec" in facts]
        results = [digest(facts["result"]) for facts in rows if "result" in facts]
        return specs if signed in specs else results

    async def _snapshot(self, signed: str, run: Sequence[JournalEntry]) -> Compared:
        """Freeze the bars that were in use then once more; a run without any froze nothing."""
        recorded = read_run(run) if run else None
        if recorded is None or not signed or recorded.snapshot_hash != signed:
            wrong = [recorded.snapshot_hash or ""] if recorded and signed else []
            return _compared(SNAPSHOT, SNAPSHOT, signed, wrong)
        try:
            frozen = await snapshot_of(self._store, recorded, run)
        except RejectedError:
            return _compared(SNAPSHOT, SNAPSHOT, signed, ["none"])
        return _compared(SNAPSHOT, SNAPSHOT, signed, [frozen.hash])

    async def _order(
        self, decision_id: str, predicate: Mapping[str, Json], run: Sequence[JournalEntry]
    ) -> Sequence[Compared]:
        """Return the order that was judged beside the one on record, and the snapshot that it was judged on."""
        signed = str(predicate.get("orderHash", ""))
        streams = await self._store.database.look_up(
            lambda link: streams_of(link, self._store.tenant, DecisionId(decision_id))
        )
        kept: dict[str, str] = {}
        for name in streams.order_ids if streams else ():
            rows = await self._store.journal.entries(f"order:{name}")
            kept |= {digest(rows[0].facts.get("request")): name} if rows else {}
        own = [digest(predicate.get("order"))]
        name = kept.get(signed, "never placed")
        order = _compared("order", name, signed, [signed] if signed in kept else own)
        snapshot = str(predicate.get("snapshotHash", ""))
        held = read_run(run).snapshot_hash if run else None
        if (
            snapshot != held
        ):  # an exit is judged on the snapshot of a later cycle, which no run froze
            return [order, _compared(SNAPSHOT, SNAPSHOT, snapshot, [])]
        return [order, await self._snapshot(snapshot, run)]


def _compared(what: str, name: str, signed: str, found: Sequence[str]) -> Compared:
    if not found:
        return Compared(what=what, name=name, signed=signed, found="", standing=Standing.NOT_KEPT)
    agrees = signed in found
    standing = Standing.AGREES if agrees else Standing.DIFFERS
    return Compared(
        what=what,
        name=name,
        signed=signed,
        found=signed if agrees else found[0],
        standing=standing,
    )


def _subjects(statement: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    subjects = statement.get("subject")
    for subject in subjects if isinstance(subjects, list) else ():
        if isinstance(subject, dict):
            yield str(subject.get("name")), str(_part(subject, "digest").get("sha256", ""))


def _part(tree: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    found = tree.get(key)
    return found if isinstance(found, dict) else {}
