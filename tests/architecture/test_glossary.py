"""docs/glossary.md maps the names of the seeds to tables that exist."""

import re

from quorate.adapters.sql.projections import ALL, metadata
from quorate.kernel.action import Action, FinalAction
from tests.architecture.repository import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text()
MAPPED = re.findall(r"^\| `(ai_\w+)` \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)


def test_every_table_with_a_name_of_the_seeds_is_mapped_and_exists_or_is_said_not_to():
    existing = {name for name in metadata.tables if name.startswith("ai_")}
    assert existing == {name for name, filled in MAPPED if "does not exist yet" not in filled}


def test_a_mapped_table_is_filled_by_the_events_that_are_named():
    named = {event for _, filled in MAPPED for event in re.findall(r"`([a-z.]+)`", filled)}
    assert named
    assert named <= set(ALL)


def test_the_three_words_of_refusal_are_kept_apart():
    assert set(Action) - set(FinalAction) == {"ABSTAIN"}
    assert set(FinalAction) - set(Action) == {"NO_TRADE"}
    for word in ("HOLD", "NO_TRADE", "ABSTAIN"):
        assert f"| **{word}** |" in PAGE


def test_no_word_is_defined_twice():
    words = re.findall(
        r"^\| (\*\*[^|]+?) \|", PAGE.partition("## Words we do not use")[0], re.MULTILINE
    )
    each = [word for cell in words for word in re.findall(r"\*\*(.+?)\*\*", cell)]
    assert len(each) == len(set(each)) > 40
