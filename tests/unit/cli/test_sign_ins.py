from datetime import timedelta

import pytest

from quorate.access import SessionGrant
from tests.fakes.clock import NOON

OLD, NEW = (
    SessionGrant(id=name, opened_at=at, expires_at=at + timedelta(hours=12), closed=False)
    for name, at in (("a" * 64, NOON), ("b" * 64, NOON + timedelta(hours=1)))
)


@pytest.fixture
def signed_in(fake_app):
    fake_app.sign_ins.known = [NEW, OLD]


@pytest.mark.usefixtures("signed_in")
def test_browsers_are_listed_as_the_application_gives_them(quorate):
    items = quorate("sign-ins", "--json").json["items"]
    assert [each["sessionId"] for each in items] == [NEW.id, OLD.id]
    assert items[1] == {
        "sessionId": OLD.id,
        "openedAt": "2026-11-20T12:00:00.000000Z",
        "expiresAt": "2026-11-21T00:00:00.000000Z",
    }


@pytest.mark.usefixtures("signed_in")
def test_a_browser_is_signed_out_once(quorate):
    shown = quorate("sign-ins", "close", OLD.id)
    assert shown.lines == [f"{OLD.id} is signed out."]
    assert [each["sessionId"] for each in quorate("sign-ins", "--json").json["items"]] == [NEW.id]
    assert quorate("sign-ins", "close", OLD.id).code == 5


def test_nobody_is_signed_in_to_begin_with(quorate):
    assert quorate("sign-ins").lines == ["No browser is signed in: quorate up prints a link."]
    assert quorate("sign-ins", "--json").json["items"] == []
