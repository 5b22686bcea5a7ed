"""The models as they are listed: price, ladders, and whether each can be asked now."""

from datetime import UTC, datetime
from decimal import Decimal

from quorate.llm.call import ModelId
from quorate.llm.catalogue import Catalogue, CataloguePolicy, StatedPrice
from quorate.llm.failover import WELL, ModelHealth
from quorate.llm.ladder import Preset
from quorate.llm.model_listing import Moments, Reach, model_lines, preset_view
from quorate.llm.preset import NOTHING_APPLIED, in_force
from quorate.llm.price_table import PriceTable
from quorate.llm.tier import Tier
from quorate.resilience.breaker import Breaker, Circuit

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CATALOGUE = Catalogue(
    CataloguePolicy(
        tiers={"mine/small": Tier.CHEAP, "mine/free": Tier.FREE},
        ladders={"mine/ladder": ("mine/free", "mine/small")},
        prices={"mine/small": StatedPrice(prompt=Decimal("0.50"), completion=Decimal(2))},
    )
)
SMALL, FREE = ModelId("mine", "small"), ModelId("mine", "free")


def lines(providers=("mine",), preset=Preset.CHEAP_AND_POWER, health=None):
    found = model_lines(
        CATALOGUE,
        PriceTable(stated=CATALOGUE.prices),
        lambda model: (health or {}).get(model, WELL),
        providers=providers,
        chosen=in_force(preset, NOTHING_APPLIED),
        at=Moments(NOON, 100.0),
    )
    return {line.model: line for line in found}


def test_a_model_tells_its_price_and_who_says_so():
    small = lines()[SMALL]
    assert (small.prompt_price, small.completion_price) == ("0.50", "2")
    assert (small.price_source, small.ladders) == ("stated", ("mine/ladder",))
    assert (lines()[FREE].prompt_price, lines()[FREE].price_source) == (None, "")


def test_models_stand_by_tier_then_by_name():
    tiers = [line.tier for line in lines().values()]
    assert tiers == sorted(tiers, key=[*Tier].index)


def test_a_model_says_what_stands_in_its_way():
    open_one = ModelHealth(breaker=Breaker(circuit=Circuit.OPEN, until=130.0))
    assert lines()[SMALL].reach is Reach.REACHABLE
    assert lines(providers=())[SMALL].reach is Reach.NO_PROVIDER
    assert lines(preset=Preset.FREE_ONLY)[SMALL].reach is Reach.OTHER_PRESET
    alone = lines(health={SMALL: open_one})[SMALL]
    assert (alone.reach, alone.circuit, alone.alone_s) == (Reach.LEFT_ALONE, Circuit.OPEN, 30.0)


def test_a_retry_after_is_waited_for_and_then_over():
    waits = ModelHealth(not_before=112.0)
    assert lines(health={SMALL: waits})[SMALL].alone_s == 12.0
    over = ModelHealth(not_before=99.0)
    assert lines(health={SMALL: over})[SMALL].reach is Reach.REACHABLE


def test_a_preset_shows_what_it_leaves_of_each_ladder():
    chosen = in_force(Preset.FREE_ONLY, NOTHING_APPLIED)
    view = preset_view(Preset.FREE_ONLY, CATALOGUE, ("mine",), chosen)
    (ladder,) = [each for each in view.ladders if each.name == "mine/ladder"]
    assert ([rung.model for rung in ladder.rungs], view.active) == ([FREE], True)
    assert (view.tiers, list(view.reachable)) == ((Tier.FREE,), [FREE])
    wider = preset_view(Preset.CHEAP_FIRST, CATALOGUE, (), chosen)
    assert (wider.active, list(wider.reachable)) == (False, [])
