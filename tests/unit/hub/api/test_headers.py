"""Headers: a change of what was read before somebody else changed it is refused."""

import pytest

from quorate.hub.api.headers import require_unchanged
from quorate.hub.problems import RefusedError


@pytest.mark.parametrize("sent", [None, "*", '"a"'])
def test_a_change_of_what_was_read_is_allowed(sent):
    require_unchanged(sent, '"a"', "it changed")


def test_a_change_of_something_else_is_refused():
    with pytest.raises(RefusedError, match="it changed") as refused:
        require_unchanged('"b"', '"a"', "it changed")
    assert refused.value.slug == "precondition-failed"
