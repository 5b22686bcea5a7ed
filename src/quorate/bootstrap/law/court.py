"""The court of one home: judges by the constitution and the waivers on record, signs with the home's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Final

import structlog

from quorate import __version__
from quorate.adapters.files.revision import commit_of
from quorate.adapters.sql.waivers import waivers_of
from quorate.arbiter.constitution import (
    CONSTITUTION,
    Bench,
    BrokenRule,
    Judged,
    Provenance,
    Response,
    RuleSet,
    Stage,
    TaskVerdict,
    Waiver,
    Word,
    judged_after,
    judged_before,
)
from quorate.arbiter.ports import Judgement
from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import Task
from quorate.bootstrap.risk_desk import VerdictSigner
from quorate.bootstrap.store import Store
from quorate.cycle.watch import RaisedAlert
from quorate.cycle.watch.alert import Alert, HookState, Severity, alert_id_of, raised_event
from quorate.kernel.account import Account
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import TaskId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

_LOG = structlog.get_logger()

REMEMBERED: Final = 4096
"""So many tasks are between their two judgements at once at the most; an older one is judged anew."""

NOTHING_MADE: Final = Account()

SEVERITIES: Final[Mapping[Response, Severity]] = {
    Response.ALERT: Severity.WARNING,
    Response.ESCALATE: Severity.ERROR,
}
"""How grave the alert is that a rule raises which does not block. Source: R-133."""


class HomeCourt:
    """Judges every task before and after its work; see the arbiter's port. What it cannot judge fails."""

    def __init__(self, store: Store, rules: RuleSet = CONSTITUTION) -> None:
        self._store = store
        self._rules = rules
        self._signer = VerdictSigner(store)
        self._found: dict[TaskId, tuple[TaskSpec, Judged]] = {}
        self._hashed: tuple[TaskSpec, str] | None = None

    def before(self, task: Task, spec: TaskSpec) -> Judgement:
        """Return whether the task may be done as its spec says; a refusal comes with its signed verdict."""
        bench = self._bench()
        judged = judged_before(task, spec, bench)
        alerts = self._alerts(task, judged.broken, Stage.BEFORE)
        if judged.ruling.word is Word.PASS:
            self._remember(task, spec, judged)
            return Judgement(passed=True, events=alerts)
        row = self._row(task, spec, judged, NOTHING_MADE, bench)
        return Judgement(passed=False, problems=judged.ruling.problems, events=(row, *alerts))

    def after(
        self, task: Task, spec: TaskSpec, account: Account, broken: Sequence[str]
    ) -> Judgement:
        """Return whether what was done may stand, with its signed verdict, pass or fail."""
        bench = self._bench()
        spec_then, first = self._found.pop(task.task_id, (spec, None))
        judged = judged_after(
            task, spec, account, broken, bench, first if spec_then is spec else None
        )
        passed = judged.ruling.word is Word.PASS
        alerts = self._alerts(task, judged.broken, Stage.AFTER)
        row = self._row(task, spec, judged, account, bench)
        return Judgement(
            passed=passed,
            problems=() if passed else judged.ruling.problems,
            events=(row, *alerts),
        )

    def _bench(self) -> Bench:
        return Bench(rules=self._rules, waivers=self._waivers, now=self._store.clock.now())

    def _waivers(self) -> Sequence[Waiver]:
        """Return the waivers as they stand in the database now, whoever revoked one a moment ago."""
        return self._store.database.read_now(partial(waivers_of, tenant=self._store.tenant))

    def _remember(self, task: Task, spec: TaskSpec, judged: Judged) -> None:
        """Keep what was found, unless it stands on a waiver, which may be revoked before the work is done."""
        if judged.ruling.waivers_used or spec.waivers:
            return
        while len(self._found) >= REMEMBERED:
            del self._found[next(iter(self._found))]
        self._found[task.task_id] = (spec, judged)

    def _row(
        self, task: Task, spec: TaskSpec, judged: Judged, account: Account, bench: Bench
    ) -> Event:
        verdict = TaskVerdict(
            verdict_id=self._store.ids.ulid("vrd_"),
            task=task,
            spec=spec,
            spec_hash=self._hash_of(spec),
            judged=judged,
            subjects=account.subjects,
            provenance=self._provenance(account),
            issued_at=bench.now,
        )
        return verdict.row(key_id=self._signer.key_id, sign=self._signer.sign)

    def _hash_of(self, spec: TaskSpec) -> str:
        if self._hashed is None or self._hashed[0] is not spec:
            self._hashed = (spec, spec.hash)
        return self._hashed[1]

    def _provenance(self, account: Account) -> Provenance:
        prompts, models = (_tree(account.facts.get(name)) for name in ("prompts", "models"))
        return Provenance(
            version=__version__,
            commit=self._commit,
            config_hash=self._config_hash,
            policy_hash=self._rules.hash,
            prompts=prompts,
            models=models,
        )

    @cached_property
    def _commit(self) -> str:
        return commit_of(Path(__file__))

    @cached_property
    def _config_hash(self) -> str:
        return self._store.settings.config_hash

    def _alerts(self, task: Task, broken: Sequence[BrokenRule], stage: Stage) -> tuple[Event, ...]:
        """Return the rows of the alerts that broken rules raise; those that only inform are logged."""
        events = []
        for each in broken:
            rule = each.rule
            if rule.stage is not stage or rule.response is Response.BLOCK:
                continue  # what was said before the work, or stands in a verdict that failed
            if rule.response is Response.LOG:
                _LOG.info("rule_not_held", rule=rule.id, task_id=task.task_id)
                continue
            said = f"rule {rule.id}: {rule.message} (task {task.task_id}, {stage} attempt {task.attempts})"
            alert = Alert(
                kind="constitution",
                severity=SEVERITIES[rule.response],
                text=said,
                book=task.book,
                trace_id=task.trace_id,
            )
            events.append(self._raised(alert))
        return tuple(events)

    def _raised(self, alert: Alert) -> Event:
        now, policy = self._store.clock.now(), self._store.settings.alerts
        told = bool(policy.webhook_url) and alert.severity.reaches(policy.min_severity)
        return raised_event(
            RaisedAlert(
                alert_id=alert_id_of(alert, now.date()),
                alert=alert,
                raised_at=stamp(now),
                hook=HookState.WAITING if told else HookState.NONE,
            )
        )


def _tree(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, Mapping) else {}
