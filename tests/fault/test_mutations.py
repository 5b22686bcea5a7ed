"""FM-TAW-005, poisoned output: a sample of what `make soak` decodes by the hundred thousand (RELIABILITY 1.1, 5)."""

import pytest

from tests.fault.mutations import main

pytestmark = pytest.mark.fault

POINTS = 2_000


def test_no_spoilt_answer_crashes_the_decoder_or_gets_past_it(capsys):
    status = main(POINTS, seed=20260101)
    said = capsys.readouterr().out
    assert status == 0, said
    for outcome in ("accepted MODEL_JSON_REPAIRED", "MODEL_DUPLICATE_KEY", "FIELD_UNKNOWN"):
        assert outcome in said
