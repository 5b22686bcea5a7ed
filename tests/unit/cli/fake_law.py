"""The law in memory: one verdict, waivers that are kept, a key that is rotated."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from quorate.adapters.files.working_spec_file import read_working_spec
from quorate.arbiter.constitution import Waiver
from quorate.arbiter.constitution.listing import VerdictKind, VerdictLine
from quorate.arbiter.constitution.waiver import added_event
from quorate.arbiter.working_spec import task_spec
from quorate.audit.listing import ChainState
from quorate.bootstrap.law.answers import (
    KnownKey,
    RotatedKey,
    ShownVerdict,
    VerdictCheck,
    WaiverChange,
)
from quorate.bootstrap.law.verifying import checked
from quorate.bootstrap.ordering import Rows
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, Tenant, TraceId
from quorate.kernel.journal import JournalEntry
from tests.fakes.clock import FakeClock
from tests.fakes.courts import KEY, verdict

ROW = json.loads(canonical_json(verdict().row(key_id=KEY.key_id, sign=KEY.sign).payload))
LINE = VerdictLine(
    verdict_id="vrd_1",
    kind=VerdictKind.TASK,
    about="run_1",
    task_id="t1",
    task_type="arena_run",
    symbol="",
    book="replay",
    passed=True,
    word="pass",
    issued_at=ROW["issuedAt"],
    seq=7,
)
ENTRY = JournalEntry(
    seq=7,
    ts=ROW["issuedAt"],
    tenant=Tenant("local"),
    book=BookName("replay"),
    trace_id=TraceId("0" * 32),
    stream="verdict:vrd_1",
    type="verdict.issued",
    payload=canonical_json(ROW),
    prev_hash="0" * 64,
    hash="1" * 64,
)


@dataclass
class FakeLaw:
    clock: FakeClock = field(default_factory=FakeClock)
    kept: list[Waiver] = field(default_factory=list)
    asked: list = field(default_factory=list)

    async def verdicts(self, wanted, limit, below=None):
        self.asked.append((wanted, limit, below))
        return Rows([LINE], 7)

    async def verdict(self, name):
        if name not in {"vrd_1", "run_1"}:
            raise RejectedError(f"there is no verdict on '{name}'", slug="not-found")
        return ShownVerdict(
            line=LINE,
            envelope=ROW["envelope"],
            check=await self.check(ROW["envelope"]),
            trace_id="0" * 32,
            others=[],
        )

    async def check(self, envelope, public_key=None) -> VerdictCheck:
        self.asked.append(public_key)
        return checked(envelope, KEY.is_signed)

    async def keys(self):
        return [KnownKey(key_id="k1", public_key="ab" * 32, is_own=True)]

    async def rotate_key(self, by):
        self.asked.append(by)
        return RotatedKey(old_key_id="k1", new_key_id="k2", public_key="cd" * 32)

    async def waivers(self):
        return self.kept

    async def add_waiver(self, wish):
        added_event("WV-0001", wish, self.clock.now())
        self.kept.append(Waiver(waiver_id="WV-0001", wish=wish, created_at=self.clock.now()))
        return WaiverChange(waiver=self.kept[-1], applied=True)

    async def revoke_waiver(self, waiver_id, *, by, reason):
        (held,) = self.kept
        assert held.waiver_id == waiver_id
        gone = replace(held, revoked_at=self.clock.now(), revoked_by=by, revoked_reason=reason)
        self.kept = [gone]
        return WaiverChange(waiver=gone, applied=held.revoked_at is None)

    async def events(self, wanted, limit, below=None):
        self.asked.append((wanted, limit, below))
        return Rows([ENTRY], None)

    async def trace(self, _trace_id, _limit, _after=0):
        return [ENTRY], None

    async def working_spec(self, path, *, older=False):
        return task_spec(read_working_spec(path), older=older)

    async def chain(self):
        return ChainState(head=7, signed=7, key_id="k1")
