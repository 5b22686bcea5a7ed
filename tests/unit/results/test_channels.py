"""Channels: what is said where, with the seeds' fields."""

from quorate.kernel.action import FinalAction
from quorate.results.channels import (
    analysis_complete,
    result_channel,
    sidebar_update,
    signal_validated,
)
from tests.fakes.results import result


def test_an_analysis_says_who_did_what_and_when():
    said = analysis_complete(result())
    assert said["type"] == "analysis_complete"
    assert said["taskType"] == "trading_analysis"
    assert said["channel"] == result_channel("trading_analysis")
    assert {"taskId", "completedBy", "completedAt", "persistedAt"} <= said.keys()
    assert said["result"]["signal"] == "BUY"


def test_a_validated_signal_names_what_it_was_before():
    said = signal_validated(result(hidden_hand_warning="an upthrust"))
    assert said["type"] == "signal_validated"
    assert said["result"]["signal"] == said["result"]["originalSignal"] == "BUY"
    assert said["result"]["adjustedConfidence"] == 0.68


def test_where_nothing_was_signalled_there_is_nothing_to_validate():
    assert signal_validated(result(signal=FinalAction.HOLD)) is None


def test_the_sidebar_never_gets_a_signal_that_is_null():
    for signal in FinalAction:
        said = sidebar_update(result(signal=signal, confidence=None))
        assert said["signal"] == signal.value
    assert said["confidencePercent"] == "unknown"
