import pytest

from quorate.config import known_keys, load_settings
from quorate.config.reloadable import RELOADABLE, taken_up


@pytest.fixture
def configured(quorate_home):
    def load(text=""):
        (quorate_home / "quorate.toml").write_text(text)
        return load_settings()

    return load


def test_every_reloadable_key_is_a_key():
    assert set(known_keys()) >= RELOADABLE


def test_nothing_that_decides_on_trades_or_money_is_reloadable():
    deciding = {"arena", "agents", "routing", "portfolio", "risk", "budget", "models", "broker"}
    assert not deciding & {key.partition(".")[0] for key in RELOADABLE}


def test_what_may_change_is_taken_up_and_the_rest_waits(configured):
    present = configured()
    wanted = configured('[log]\nlevel = "debug"\n[cycle]\nevery_s = 60\n[arena]\nquorum = 3\n')
    taken = taken_up(present, wanted)
    assert taken.changed == ("cycle.every_s", "log.level")
    assert taken.waiting == ("arena.quorum",)
    assert (taken.settings.log.level, taken.settings.cycle.every_s) == ("debug", 60)
    assert taken.settings.arena == present.arena
    assert taken.settings.config_hash not in {present.config_hash, wanted.config_hash}


def test_without_a_change_everything_is_as_it_was(configured):
    present = configured('[log]\nlevel = "debug"\n')
    taken = taken_up(present, configured('[log]\nlevel = "debug"\n'))
    assert (taken.settings, taken.changed, taken.waiting) == (present, (), ())


def test_a_new_strategy_waits(configured):
    taken = taken_up(configured(), configured("[strategies.calm]\nhorizon = 10\n"))
    assert (taken.changed, taken.waiting) == ((), ("strategies",))
