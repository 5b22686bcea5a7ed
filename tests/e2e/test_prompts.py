"""A prompt that a user wrote, from a file to the words that a model is sent, and back to the run that records it."""

import pytest

from tests.e2e.conftest import Home
from tests.model_server import ModelServer, Rule, votes

TASK = "Your seat: technical analyst, the slow one. Say which level proves you wrong."


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_a_users_prompt_is_what_the_model_is_sent(home, tmp_path):
    file = tmp_path / "task.txt"
    file.write_text(TASK)
    with ModelServer() as server:
        models = {"OPENAI_BASE_URL": server.openai_url, "OPENAI_API_KEY": "sk-canary-51"}
        server.script(Rule(contains="the slow one", what=votes("BUY", 0.8)))
        for words in (
            ("templates", "add", "technical_analyst", file),
            ("profiles", "edit", "cheap_tech_analyst", "--prompt", "technical_analyst/2"),
            ("profiles", "enable", "cheap_tech_analyst"),
        ):
            assert home.run(*words, **models).code == 0
        asked = ("run", "AAPL", "--as-of", "2012-06-29", "--json")
        run = home.run(*asked, "--profiles", "cheap_tech_analyst,trend", **models).json
        (call,) = server.calls(0)
        told = [message["content"] for message in call.body["messages"]]
        assert told[-1] == TASK
        assert "Answer with ONE JSON object" in told[0]
        (vote,) = [
            vote for vote in run["decisions"][0]["votes"] if vote["profile"] == "cheap_tech_analyst"
        ]
        assert vote["action"] == "BUY"

        home.run("profiles", "archive", "cheap_tech_analyst", **models)
        gone = home.run(*asked, "--profiles", "cheap_tech_analyst,trend", **models)
        assert gone.code == 2
        assert "is archived" in gone.json["error"]["detail"]
        assert home.run("audit", "verify", "--projections").code == 0
