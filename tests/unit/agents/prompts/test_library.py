import pytest

from quorate.agents.defaults import KEYLESS_PROFILES, MODEL_PROFILES
from quorate.agents.profile import Role
from quorate.agents.prompts.difference import difference, sentences
from quorate.agents.prompts.library import (
    MAX_NOTE,
    MAX_TEXT,
    PromptVersion,
    added_event,
    checked_note,
    checked_text,
    library_of,
    next_version,
    prompt_in,
    prompt_violation,
)
from quorate.agents.prompts.service import PackagedPrompts
from quorate.agents.prompts.templates import TEMPLATES, PromptTemplate
from quorate.agents.role_templates import ROLE_TEMPLATES
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError

JUDGE, TREND = MODEL_PROFILES[2], KEYLESS_PROFILES[0]


def version(number, text="Your seat: judge. Be slow."):
    template = PromptTemplate(template_id=f"judge/{number}", role=Role.JUDGE, text=text)
    return PromptVersion(template=template, added_by="ann", added_at="2026-11-21")


def test_every_role_that_a_model_plays_has_a_packaged_prompt_in_version_1():
    assert {each.prompt_template for each in ROLE_TEMPLATES.values()} == set(TEMPLATES)
    assert all(template.version == 1 for template in TEMPLATES.values())
    assert all(each.packaged for each in library_of([]))


def test_a_users_versions_follow_the_packaged_one():
    known = library_of([version(10), version(2)])
    own = [each.template.template_id for each in known if each.template.role is Role.JUDGE]
    assert own == ["judge/1", "judge/2", "judge/10"]
    assert not prompt_in(known, "judge/2").packaged
    with pytest.raises(RejectedError) as caught:
        prompt_in(known, "judge/3")
    assert caught.value.slug == "not-found"


def test_a_new_text_is_the_next_version_and_a_known_one_is_what_it_was():
    template, is_new = next_version(Role.JUDGE, "Be fast.", [version(2)])
    assert (template.template_id, is_new) == ("judge/3", True)
    again, is_new = next_version(Role.JUDGE, "Your seat: judge. Be slow.", [version(2)])
    assert (again.template_id, is_new) == ("judge/2", False)
    packaged, is_new = next_version(Role.JUDGE, TEMPLATES["judge/1"].text, [])
    assert (packaged.template_id, is_new) == ("judge/1", False)


def test_a_keyless_role_has_no_prompt_to_follow():
    with pytest.raises(RejectedError, match="its agent is code"):
        next_version(Role.TREND, "Be slow.", [])


def test_a_version_is_written_with_the_hash_of_its_text():
    payload = added_event(version(2).template, note="slower", by="ann").payload
    assert payload["sha256"] == sha256_hex("Your seat: judge. Be slow.")
    assert (payload["templateId"], payload["by"]) == ("judge/2", "ann")


def test_a_text_is_kept_without_the_blanks_that_nobody_sees():
    assert checked_text("\r\n Be slow.  \r\nWait.\n\n") == " Be slow.\nWait."


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" \n", id="nothing"),
        pytest.param("x" * (MAX_TEXT + 1), id="too long"),
        pytest.param("be\u200bslow", id="a sign without width"),
        pytest.param("be\x00slow", id="a NUL"),
        pytest.param("be\u202eslow", id="a turned order"),
    ],
)
def test_a_text_that_a_person_cannot_read_is_refused(text):
    with pytest.raises(RejectedError) as caught:
        checked_text(text)
    assert caught.value.effect == "nothing was written"


@pytest.mark.parametrize("note", ["x" * (MAX_NOTE + 1), "two\nlines"])
def test_a_note_is_one_line(note):
    with pytest.raises(RejectedError):
        checked_note(note)


def test_a_profile_names_a_prompt_of_its_own_role():
    known = library_of([version(2)])
    assert prompt_violation(JUDGE, known) is None
    assert prompt_violation(TREND, known) is None
    wrong = prompt_violation(MODEL_PROFILES[0], [version(2)])
    assert wrong is not None
    assert (wrong.key, "is not known" in wrong.rule) == ("promptTemplate", True)


async def test_where_nothing_is_stored_the_packaged_prompts_are_found():
    assert (await PackagedPrompts().named("judge/1")).role is Role.JUDGE
    with pytest.raises(RejectedError):
        await PackagedPrompts().named("judge/2")


def test_prose_is_compared_sentence_by_sentence_and_word_by_word():
    before = version(2, "Be slow. Trust the trend you see. Wait.").template
    after = version(3, "Be slow. Trust the evidence you see. Say why.").template
    found = difference(before, after)
    assert (found.added, found.removed) == (2, 2)
    same, changed, _ = found.rows
    assert not same.changed
    assert [piece.text for piece in changed.left if piece.changed] == ["trend "]
    assert [piece.text for piece in changed.right if piece.changed] == ["evidence "]
    assert "-Trust the trend you see." in found.unified


def test_a_line_that_only_one_side_has_stands_alone():
    found = difference(version(2, "One. Two.").template, version(3, "One.").template)
    assert [(row.left_number, row.right_number) for row in found.rows] == [(1, 1), (2, None)]
    assert (found.added, found.removed) == (0, 1)


def test_the_same_text_has_no_difference():
    found = difference(version(2).template, version(3).template)
    assert (found.added, found.removed, found.unified) == (0, 0, ())


def test_a_text_falls_into_its_sentences_and_lines():
    assert sentences("One. Two!\nThree: four.") == ["One.", "Two!", "Three: four."]
