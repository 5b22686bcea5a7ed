import pytest

from quorate.bootstrap import Found
from quorate.hub.pages.search import href_of


@pytest.mark.parametrize(
    ("found", "href"),
    [
        (Found("run", "run_1", "2013-03-01", "run_1"), "/admin/arena/runs/run_1"),
        (Found("trace", "00ff", "2013-03-01", "run_1"), "/admin/arena/runs/run_1"),
        (Found("decision", "dec_1", "IBM", "run_1"), "/admin/arena/runs/run_1?symbol=IBM"),
        (Found("symbol", "BRK/B", "csv"), "/admin/arena/runs?symbol=BRK/B"),
        (Found("profile", "trend", "trend"), "/admin/arena/profiles#profile-trend"),
    ],
    ids=lambda value: value.kind if isinstance(value, Found) else "",
)
def test_everything_found_has_its_place(found, href):
    assert href_of(found) == href
