"""Scene of one verdict: what it binds, each check with value and limit, and what came of comparing. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arbiter.constitution.listing import VerdictKind, VerdictLine
from quorate.arena.record.phrases import count, enumeration, spaced
from quorate.bootstrap.law import Compared, ShownVerdict, Standing
from quorate.cycle.story.words import measured
from quorate.hub.pages.audit.query import LIST
from quorate.hub.pages.audit.rows import short_hash
from quorate.hub.pages.notices import Tone
from quorate.hub.pages.wording import upper_first
from quorate.kernel.canonical import Json

RUNS: Final = "/admin/arena/runs"

LOOKS: Final[Mapping[str, tuple[str, str]]] = {
    "passed": ("check", "gain"),
    "failed": ("x", "loss"),
    "denied": ("x", "loss"),
    "waived": ("clock", "warn"),
    "not_applicable": ("minus", ""),
}
"""The icon and the tone of a check, by what came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A line of what a verdict binds; `standing` says how it was found when it was compared, empty before."""

    name: str
    value: str
    short: str
    href: str = ""
    copies: bool = True
    standing: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A check of a verdict: the value that was measured beside the limit."""

    name: str
    outcome: str
    icon: str
    tone: str
    seen: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the page says came of verifying."""

    tone: Tone
    title: str
    text: str

    @property
    def icon(self) -> str:
        """Return the icon beside it."""
        return self.tone.icon


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictScene:
    """One verdict as its page shows it."""

    title: str
    word: str
    tone: str
    bindings: tuple[Binding, ...]
    checks: tuple[CheckRow, ...]
    counted: str
    rationale: str
    waivers: tuple[str, ...]


def scene_of(shown: ShownVerdict, compared: Sequence[Compared]) -> VerdictScene:
    """Return a verdict's page; only what was signed is read, so one that cannot be believed shows no checks."""
    predicate = _part(shown.check.statement, "predicate")
    rows = tuple(_checks(predicate))
    asked = [row for row in rows if row.outcome != "not_applicable"]
    good = [row for row in asked if row.tone != "loss"]
    line = shown.line
    return VerdictScene(
        title=f"Verdict on {about_words(line)}",
        word="pass" if line.passed else spaced(line.word),
        tone="gain" if line.passed else "loss",
        bindings=tuple(_bindings(shown, predicate, compared)),
        checks=rows,
        counted=f"{len(good)} of {len(asked)}",
        rationale=str(predicate.get("rationale", "")),
        waivers=tuple(_texts(predicate.get("waiversUsed"))),
    )


def said_of(shown: ShownVerdict, compared: Sequence[Compared]) -> Said:
    """Return what came of verifying a verdict: its signature, and every digest that was computed anew."""
    if not shown.check.ok:
        problems = upper_first("; ".join(shown.check.problems))
        return Said(tone=Tone.LOSS, title="This verdict does not hold.", text=f"{problems}.")
    key = f"Signed with the key {shown.check.key_id}."
    differs = [each for each in compared if each.standing is Standing.DIFFERS]
    if differs:
        named = enumeration([f"the {each.what} {each.name}" for each in differs])
        return Said(
            tone=Tone.LOSS,
            title="The signature holds, what is stored does not.",
            text=f"{key} What was signed is not what is kept now: {named}.",
        )
    agrees = [each for each in compared if each.standing is Standing.AGREES]
    kinds = enumeration(list(dict.fromkeys(each.what for each in agrees)))
    found = f"All {count(len(agrees), 'digest')} computed anew from what is stored agree: {kinds}."
    missing = [each.what for each in compared if each.standing is Standing.NOT_KEPT]
    left = f" Not kept, so not compared: {enumeration(missing)}." if missing else ""
    return Said(tone=Tone.GAIN, title="Signature holds.", text=f"{key} {found}{left}")


def about_words(line: VerdictLine) -> str:
    """Return what a verdict is on, in words."""
    if line.kind is VerdictKind.ORDER:
        return f"the {line.task_type} of {line.symbol}"
    return f"the {spaced(line.task_type)} {line.about[:18]}"


def about_href(line: VerdictLine) -> str:
    """Return where what a verdict is on is shown."""
    named = line.about.rpartition(" ")[2]
    if line.kind is VerdictKind.TASK:
        return f"{RUNS}/{named}" if named.startswith("run_") else f"/admin/tasks/{line.task_id}"
    return f"/admin/search?q={line.about}"


def _bindings(
    shown: ShownVerdict, predicate: Mapping[str, Json], compared: Sequence[Compared]
) -> Iterator[Binding]:
    found = {(each.what, each.name): each for each in compared}
    for name, sha256 in _subjects(shown.check.statement):
        what = _what(name)
        yield _bound(what, name, sha256, found.get((what, name)))
    for each in compared:
        if each.what in {"order", "snapshot"} and shown.line.kind is VerdictKind.ORDER:
            yield _bound(each.what, each.name, each.signed, each)
    provenance = _part(predicate, "provenance")
    for name, value in (
        ("Config", provenance.get("configHash")),
        ("Rules", provenance.get("policyHash")),
        ("Limits", predicate.get("limitsHash")),
        ("Spec", predicate.get("specHash")),
        ("Code commit", provenance.get("commit")),
    ):
        if value:
            yield Binding(name=name, value=str(value), short=_ends(str(value)))
    line = shown.line
    if line.task_id:
        href = f"/admin/tasks/{line.task_id}"
        yield Binding(name="Task", value=line.task_id, short=line.task_id[:14], href=href)
    row, trace = f"{LIST}/events/{line.seq}", shown.trace_id
    yield Binding(name="Journal row", value=f"journal:{line.seq}", short="", href=row, copies=False)
    if trace:
        yield Binding(
            name="Trace", value=trace, short=trace[:12], href=f"{LIST}/traces/{trace}", copies=False
        )


def _bound(what: str, name: str, sha256: str, found: Compared | None) -> Binding:
    tones = {Standing.AGREES: "gain", Standing.DIFFERS: "loss", Standing.NOT_KEPT: ""}
    is_decision = what == "decision"
    return Binding(
        name=upper_first(what),
        value=sha256 if what == "snapshot" else name,
        short=short_hash(sha256) if what == "snapshot" else f"{name[:14]}",
        href=f"/admin/search?q={name}" if is_decision else "",
        standing="" if found is None else found.standing.value,
        tone="" if found is None else tones[found.standing],
    )


def _what(name: str) -> str:
    kinds = {"dec_": "decision", "tsk_": "task", "bkt_": "backtest"}
    return "snapshot" if name == "snapshot" else kinds.get(name[:4], "order")


def _checks(predicate: Mapping[str, Json]) -> Iterator[CheckRow]:
    for told in _trees(predicate.get("checks")):
        outcome = str(told.get("outcome", ""))
        note = "; ".join(str(told[key]) for key in ("code", "detail") if told.get(key))
        yield _check(str(told.get("name")), outcome, told.get("value"), told.get("limit"), note)
    for told in _trees(predicate.get("gates")):
        outcome = "passed" if told.get("passed") is True else "failed"
        waived = _texts(told.get("waivedBy"))
        name = spaced(str(told.get("gate")).replace(".", ": "))
        note = "; ".join(filter(None, (str(told.get("message", "")), *waived)))
        score, threshold = told.get("score"), told.get("threshold")
        yield _check(name, "waived" if waived else outcome, score, threshold, note)


def _check(name: str, outcome: str, value: Json, limit: Json, note: str) -> CheckRow:
    icon, tone = LOOKS.get(outcome, ("minus", ""))
    said = [_figure(value)] if value is not None else []
    said += [f"limit {_figure(limit)}"] if limit is not None else []
    return CheckRow(
        name=upper_first(name),
        outcome=outcome,
        icon=icon,
        tone=tone,
        seen=", ".join(said) or spaced(outcome),
        note=note,
    )


def _figure(value: Json) -> str:
    if isinstance(value, list):
        return " or ".join(map(_figure, value))
    return measured(str(value))


def _ends(text: str) -> str:
    return short_hash(text) if len(text) == 64 else text[:12]


def _subjects(statement: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for subject in _trees(statement.get("subject")):
        yield str(subject.get("name")), str(_part(subject, "digest").get("sha256", ""))


def _part(tree: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    found = tree.get(key)
    return found if isinstance(found, dict) else {}


def _trees(value: Json) -> Iterator[Mapping[str, Json]]:
    yield from (
        each for each in (value if isinstance(value, list) else ()) if isinstance(each, dict)
    )


def _texts(value: Json) -> list[str]:
    return list(map(str, value)) if isinstance(value, list) else []
