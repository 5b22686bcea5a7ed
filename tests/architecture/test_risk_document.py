"""docs/concepts/risk.md says of every check and every lock what the code does."""

import re

from quorate.cycle.risk_desk.locks import LockKind
from quorate.risk import CHECKS
from tests.architecture.repository import ROOT

PAGE = (ROOT / "docs" / "concepts" / "risk.md").read_text()


def test_every_check_is_listed_with_its_name():
    listed = re.findall(r"^\| (\d\d) \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert listed == [(f"{check.number:02d}", check.name) for check in CHECKS]


def test_the_page_says_which_checks_are_for_entries_and_which_a_stop_is_free_of():
    said = dict(re.findall(r"^\| (\d\d) \| [^|]+ \| ([^|]+) \|", PAGE, re.MULTILINE))
    entries = {check.number for check in CHECKS if check.entry_only}
    free = {check.number for check in CHECKS if check.of_the_moment}
    assert {int(number) for number, words in said.items() if words == "entries"} == entries
    assert {int(n) for n, words in said.items() if "but a stop" in words} == free | {18}


def test_every_lock_is_listed():
    listed = re.findall(r"^\| ([A-Z_]+) \|", PAGE, re.MULTILINE)
    assert listed == [kind.value for kind in LockKind]
