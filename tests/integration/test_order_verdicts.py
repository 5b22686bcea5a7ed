"""The verdict on a placed order: found by the order's id and the decision's, and proven without Quorate."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.hub.test_orders import replayed

pytestmark = pytest.mark.integration

PROGRAM = str(Path(sys.executable).parent / "quorate")
PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "verdicts.md"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which a simulated broker filled an entry and its target."""
    path = tmp_path_factory.mktemp("order-verdicts")
    replayed(path)
    return path


def quorate(home, *words):
    """Return what a command answers as JSON."""
    done = subprocess.run(  # noqa: S603  (our own program)
        [PROGRAM, *words, "--json"],
        env={"QUORATE_HOME": str(home), "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_placed_order_has_a_verdict_by_its_id_and_its_decisions_that_verifies_offline(
    home, tmp_path
):
    orders = quorate(home, "orders", "list", "--book", "replay-1")["items"]
    entry = next(each for each in orders if each["leg"] == "entry" and each["status"] == "filled")
    shown = quorate(home, "verdicts", "show", entry["clientOrderId"])
    predicate = shown["verification"]["statement"]["predicate"]
    assert (shown["kind"], shown["decision"], shown["verification"]["ok"]) == (
        "order",
        "PASS",
        True,
    )
    assert (predicate["order"]["symbol"], predicate["order"]["leg"]) == (entry["symbol"], "entry")
    assert len(predicate["checks"]) == 28

    of_decision = quorate(home, "verdicts", "show", entry["decisionId"])
    assert of_decision["verification"]["ok"]
    assert shown["verdictId"] in {of_decision["verdictId"], *of_decision["others"]}
    for told in (shown, of_decision):
        subjects = told["verification"]["statement"]["subject"]
        assert entry["decisionId"] in {each["name"] for each in subjects}

    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    key = quorate(home, "verdicts", "keys")["items"][0]["publicKey"]
    program, export = tmp_path / "verify_verdict.py", tmp_path / "verdict.json"
    program.write_text(script)
    for told in (shown, of_decision):
        export.write_text(json.dumps(told))
        words = [sys.executable, str(program), str(export), key]
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == told["verification"]["statement"]
