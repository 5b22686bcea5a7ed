import pytest

from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.kernel.errors import RejectedError


def test_a_refusal_says_cause_effect_and_next_act_as_sentences():
    notice = refusal_notice(
        RejectedError("no key is set.", effect="it stays off", fix="quorate profiles list")
    )
    assert notice.tone is Tone.LOSS
    assert notice.title == "No key is set."
    assert notice.text == "It stays off. Next: quorate profiles list."


@pytest.mark.parametrize("tone", Tone)
def test_every_tone_has_an_icon(tone):
    assert Notice(tone=tone, text="said").icon
