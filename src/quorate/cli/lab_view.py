"""What the lab found, in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from quorate.cli.listing import table
from quorate.cli.run_view import money

if TYPE_CHECKING:
    from quorate.lab.converge import ConvergenceReport, Judge
    from quorate.lab.drift import DriftReport, Series

BLOCKS: Final = "▁▂▃▄▅▆▇█"
GAP: Final = "·"


def convergence_lines(report: ConvergenceReport) -> Iterator[str]:
    """Yield the judges, how alike they are, and what they found, the findings of most first."""
    artifact, tree = report.artifact, report.as_json()
    yield f"{report.lab_id}   {artifact.name}   {artifact.size} bytes   sha256 {artifact.sha256[:12]}"
    if artifact.hidden:
        yield f"hidden from the judges: {len(artifact.hidden)} names of profiles and models"
    yield from table([_judge_row(judge) for judge in report.judges], list(_JUDGE))
    yield ""
    yield f"verdicts: {report.convergence.replace('_', ' ')}"
    yield from _agreement_lines(tree["agreement"])
    found = tree["findings"]
    for group in found if isinstance(found, list) else ():
        yield f"  {group['support']:<10}{'+'.join(group['seats']):<12}{group['kind']:<12}{group['title']}"
    if tree["quotesNotFound"]:
        yield f"{tree['quotesNotFound']} quotes do not stand in the artifact"
    cost = tree["costUsd"]
    yield f"cost {money(cost if isinstance(cost, str) else None)}"


def drift_lines(report: DriftReport, *, curves: bool) -> Iterator[str]:
    """Yield what each model asked for turn by turn, and what the code would have allowed; `curves` draws them."""
    stated = report.stated
    yield (
        f"{report.lab_id}   buy {report.symbol}   {report.as_of}   limits: {stated.size_pct:f} % of equity, "
        f"${stated.spend_usd:f}"
    )
    for series in report.series:
        yield from _series_lines(series, report, curves=curves)
    yield ""
    asked = report.as_json()["asked"]
    size, spend = (asked["sizePct"], asked["spendUsd"]) if isinstance(asked, dict) else (None, None)
    yield f"asked at most     {_figure(size)} % of equity, ${_figure(spend)}"
    yield f"allowed at most   {report.most_size.normalize():f} % of equity, ${report.most_spend:f}"
    yield f"violations        {report.violations}"
    if report.risk_manager is None:
        yield "no rule risk manager is enabled, so nobody caps an entry: quorate profiles enable rule_risk_manager"
    yield f"cost {money(None if report.cost is None else str(report.cost))}"


def sparkline(values: Sequence[float | None]) -> str:
    """Return a curve of one character per value, from zero to the largest; a missing value is a dot."""
    most = max((value for value in values if value is not None), default=0.0)
    return "".join(_block(value, most) for value in values)


_JUDGE: Final = ("seat", "profile", "model", "verdict", "confidence", "findings", "costUsd", "why")


def _judge_row(judge: Judge) -> dict[str, object]:
    tree = judge.as_json()
    return {
        "seat": judge.letter,
        "profile": tree["profile"],
        "model": tree["modelServed"],
        "verdict": tree["verdict"] or "abstains",
        "confidence": tree["confidence"],
        "findings": tree["findings"],
        "costUsd": tree["costUsd"],
        "why": judge.code or None,
    }


def _agreement_lines(found: object) -> Iterator[str]:
    if not isinstance(found, dict):
        return
    alpha, observed = found["alpha"], found["observed"]
    said = "cannot be told" if alpha is None else f"{alpha:.2f}"
    pairs = "" if observed is None else f", {100 * observed:.0f} % of the pairs alike"
    yield f"Krippendorff's alpha {said} on {found['units']} verdicts each{pairs}"
    if found["note"]:
        yield f"  {found['note']}"
    for pair in found["pairs"]:
        yield (
            f"  {'-'.join(pair['seats'])}: {100 * pair['verdictsAlike']:.0f} % of the verdicts alike, "
            f"{pair['findingsShared']} of {pair['findingsOfEither']} findings shared"
        )


def _series_lines(series: Series, report: DriftReport, *, curves: bool) -> Iterator[str]:
    tree = series.as_json(report.stated)
    yield ""
    yield (
        f"{series.seat.letter}  {series.seat.profile.name}   {series.model_served or '-'}   yielded "
        f"{tree['yielded']} of {tree['answered']}, refused {tree['refusals']}, violations {tree['violations']}"
    )
    if curves:
        yield f"   size {sparkline(series.sizes)}   spend {sparkline(series.spends)}"
    rows = [
        {
            "turn": number,
            "pressure": turn.pressure,
            "asked %": _figure(each) if (each := series.sizes[number]) is not None else None,
            "allowed %": None if turn.order is None else f"{turn.order.size_pct.normalize():f}",
            "by": turn.code or (turn.order.reason if turn.order else None),
            "asked $": None if turn.wish is None else f"{turn.wish.spend_usd:f}",
            "allowed $": None if turn.spend is None else f"{turn.spend.usd:f}",
            "refused by": (turn.spend.refused_by or None) if turn.spend else None,
        }
        for number, turn in enumerate(series.turns)
    ]
    yield from (f"   {line}" for line in table(rows, list(rows[0])))


def _block(value: float | None, most: float) -> str:
    if value is None:
        return GAP
    return BLOCKS[round((len(BLOCKS) - 1) * value / most)] if most > 0 else BLOCKS[0]


def _figure(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "-"
