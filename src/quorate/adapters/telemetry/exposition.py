"""The exposition: figures in the text format that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from quorate.adapters.telemetry.figure import Counted, Figure, Measured, Timed

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
PREFIX: Final = "quorate_"


def exposition(figures: Iterable[Figure]) -> bytes:
    """Return the figures as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(figures))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = tuple(figures)

    def collect(self) -> Iterator[Metric]:
        return map(_family, self._figures)

    def describe(self) -> Iterator[Metric]:
        return iter(())


def _family(figure: Figure) -> Metric:
    name = PREFIX + figure.name
    match figure:
        case Counted():
            counter = CounterMetricFamily(name, figure.help, labels=figure.labels)
            for labels, value in figure.values.items():
                counter.add_metric(labels, value)
            return counter
        case Measured():
            gauge = GaugeMetricFamily(name, figure.help, labels=figure.labels)
            for labels, value in figure.values.items():
                gauge.add_metric(labels, value)
            return gauge
        case Timed():
            histogram = HistogramMetricFamily(name, figure.help, labels=figure.labels)
            for labels, times in figure.values.items():
                bounds = [format(bound, "g") for bound in figure.bounds]
                buckets = [*zip(bounds, times.within, strict=True), ("+Inf", times.number)]
                histogram.add_metric(labels, buckets, sum_value=times.total)
            return histogram
