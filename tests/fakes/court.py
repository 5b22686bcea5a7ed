"""A court that judges by what a test tells it; left alone it lets everything through that its spec allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quorate.arbiter.ports import Judgement
from quorate.arbiter.spec import TaskSpec, spec_problems
from quorate.arbiter.task import Task
from quorate.kernel.account import Account
from quorate.kernel.journal import Event


@dataclass
class ScriptedCourt:
    """`found` are problems that no post-check told; `judged` lists every account that it was given."""

    found: Sequence[str] = ()
    judged: list[Account] = field(default_factory=list)

    def before(self, task: Task, spec: TaskSpec) -> Judgement:  # noqa: ARG002
        problems = spec_problems(spec)
        return Judgement(passed=not problems, problems=problems)

    def after(
        self,
        task: Task,
        spec: TaskSpec,  # noqa: ARG002
        account: Account,
        broken: Sequence[str],
    ) -> Judgement:
        self.judged.append(account)
        problems = (*broken, *self.found)
        verdict = Event(
            stream=f"verdict:{task.task_id}",
            type="court.judged",
            payload={"passed": not problems},
        )
        return Judgement(passed=not problems, problems=problems, events=(verdict,))
