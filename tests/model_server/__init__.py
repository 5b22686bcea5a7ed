"""The scripted model server: a process on loopback that speaks chat completions as OpenRouter and OpenAI do.

For tests only, and the bench of everything that asks models. A test starts it, tells it by rules how to answer which
call, points the product at it (`openrouter_url`, `openai_url`: two dialects of one server) and reads in its ledger what
was really asked:

    with ModelServer() as server:
        server.script(
            Rule(model="openai/*", nth=[1], what=Refuse(status=429, retry_after=2)),
            Rule(contains="Your seat: judge", what=votes("BUY", 0.9), how=Delivery(delay_s=0.05)),
            Rule(model="*:free", how=Delivery(stall_after=0)),
        )
        mark = server.mark()
        ...
        assert [call.model for call in server.calls(mark)] == ["openai/gpt-5-mini"]

- *Which* calls: `Rule(model, contains, nth, times)`, the first rule that fits; a call that fits none is answered with
  one HOLD per symbol that the prompt asks about.
- *What*: `Say` (a completion: text, votes, tools, reason, model served, usage, cost), `votes(...)` for an agent's
  strict answer, `Refuse` (an error in the dialect's words, with a wait), `Body` (any bytes), `Obey` (a model that does
  all that the news of its prompt order: `obedient`).
- *How*: `Delivery` (delay, slow drip, half-open, reset or close after so many bytes, a flood of headers, chunks).
- The rest: `suspended()` stands the process still, `stop()`, `kill()` and `start()` take it away and bring it back on
  the same port, `closed_port()` is one on which nobody listens, `Script(accepts=...)` lets only some keys in,
  `Script(keeps_bodies=False)` keeps the ledger small, `ModelServer(ledger=file)` keeps it over restarts.
- The ledger holds every call from its arrival on: when, which model, the SHA-256 of the key, headers, the whole
  request, what was answered, what it truly cost, and whether the answer was sent, cut or abandoned by the caller.

By hand: `python -m tests.model_server --port 8123 --script rules.json`, then `curl 127.0.0.1:8123/_ledger`; a script is
the JSON of `Script`, also taken by `POST /_script`. `GET /_state` tells the open connections.
"""

from tests.model_server.ledger import Call, Outcome
from tests.model_server.process import ModelServer, State, closed_port
from tests.model_server.script import (
    Body,
    Delivery,
    Obey,
    Refuse,
    Rule,
    Say,
    Script,
    Tokens,
    Tool,
    Vote,
    key_digest,
    votes,
)

__all__ = [
    "Body",
    "Call",
    "Delivery",
    "ModelServer",
    "Obey",
    "Outcome",
    "Refuse",
    "Rule",
    "Say",
    "Script",
    "State",
    "Tokens",
    "Tool",
    "Vote",
    "closed_port",
    "key_digest",
    "votes",
]
