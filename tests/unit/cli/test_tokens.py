import pytest

SECRET = "arn_secret-1"  # noqa: S105  (what the application in memory gives)


@pytest.fixture
def made(quorate):
    """Return what making a token shows."""
    return quorate("tokens", "create", "ci", "--scope", "read", "--scope", "run", "--days", "30")


def test_the_secret_stands_alone_on_stdout_and_beside_it_that_it_is_not_kept(made):
    assert made.lines == [SECRET]
    assert "tok_1 may read, run until 2026-12-21." in made.err
    assert "only its hash is stored, so it cannot be shown again" in made.err


def test_a_program_is_told_the_secret_with_all_there_is_to_say(quorate):
    shown = quorate("tokens", "create", "ci", "--scope", "read", "--json").json
    assert (shown["target"], shown["applied"], shown["dryRun"]) == ("tok_1", True, False)
    assert (shown["secret"], shown["scopes"], shown["state"]) == (SECRET, ["read"], "good")


def test_without_a_token_the_list_says_how_one_is_made(quorate):
    assert quorate("tokens").lines == ["No token yet: quorate tokens create NAME --scope read"]


@pytest.mark.usefixtures("made")
def test_tokens_are_listed_without_their_secrets(quorate):
    (item,) = quorate("tokens", "--json").json["items"]
    assert item == {
        "tokenId": "tok_1",
        "name": "ci",
        "scopes": ["read", "run"],
        "last4": "et-1",
        "createdAt": "2026-11-21T12:00:00.000000Z",
        "expiresAt": "2026-12-21T12:00:00.000000Z",
        "state": "good",
    }
    assert SECRET not in quorate("tokens", "list").out


@pytest.mark.usefixtures("made")
def test_revoking_is_said_once_as_done_and_then_as_so_already(quorate):
    assert quorate("tokens", "revoke", "tok_1").lines == ["tok_1 (ci) is revoked."]
    assert quorate("tokens", "revoke", "tok_1").lines == ["tok_1 (ci) is already revoked."]
    assert quorate("tokens", "--json").json["items"][0]["state"] == "revoked"


def test_a_token_that_is_not_there_ends_with_5(quorate):
    assert quorate("tokens", "revoke", "tok_9").code == 5


def test_an_unknown_scope_is_refused_with_those_that_there_are(quorate):
    shown = quorate("tokens", "create", "ci", "--scope", "everything")
    assert shown.code == 2
    assert "choose from read, run, trade, safety, admin" in shown.err


def test_a_token_needs_a_scope(quorate):
    assert quorate("tokens", "create", "ci").code == 2
