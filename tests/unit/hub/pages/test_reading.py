import pytest

from quorate.hub.pages.reading import Failed, is_failed, read
from quorate.kernel.errors import UnavailableError


async def _figures():
    return 42


async def _unreadable():
    raise UnavailableError("the database gave no answer", source="database", fix="quorate doctor")


async def _broken():
    raise ZeroDivisionError


async def test_figures_come_through():
    figures = await read(_figures(), "The chart")
    assert figures == 42
    assert not is_failed(figures)


async def test_a_card_that_fails_says_what_still_holds():
    failed = await read(_unreadable(), "The chart")
    assert failed == Failed(
        title="The chart could not be read",
        detail="The database gave no answer. The rest of the page is complete.",
        fix="quorate doctor",
        slug="unavailable",
    )
    assert is_failed(failed)


async def test_what_nobody_foresaw_is_not_hidden_in_a_card():
    with pytest.raises(ZeroDivisionError):
        await read(_broken(), "The chart")
