"""FM-TAW-004 at large: in drawn fleets nobody unfit is ever matched."""

import os
import random

import pytest

from quorate.fleet.capability import TASK_CAPABILITIES, is_capable
from tests.property.test_fleet_capability import NAMES, plainly_capable

pytestmark = pytest.mark.fault

SETS = int(os.environ.get("DRAWN_SETS", "20000"))
"""100,000 in the soak."""


def test_fm_taw_004_nobody_unfit_is_matched_in_drawn_fleets():
    drawn = random.Random(4)
    matched = 0
    for _ in range(SETS):
        claims = {
            name: drawn.choice([True, True, True, False, "true", 1, None])
            for name in drawn.sample(NAMES, drawn.randrange(len(NAMES) + 1))
        }
        kind = drawn.choice([*TASK_CAPABILITIES, "unknown"])
        capable = is_capable(kind, claims)
        assert capable == plainly_capable(kind, claims)
        matched += capable
    assert matched > SETS / 20
