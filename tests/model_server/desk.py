"""The desk: takes a request, finds its rule, notes it in the ledger, returns the answer and how it travels."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.model_server.answers import Answer, Asked, Occasion, answer_to, refused
from tests.model_server.ledger import ANSWER_KEPT, Call, Ledger, Outcome
from tests.model_server.script import INSTANT, Delivery, Progress, Refuse, Script, key_digest

OPENROUTER_PATH = "/api/v1"
BEARER = "Bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> Mapping[str, str]:
        return {name: given[-1] for name, given in parse_qs(urlsplit(self.target).query).items()}

    @property
    def key(self) -> str:
        return self.headers.get("authorization", "").removeprefix(BEARER)


@dataclass(slots=True, kw_only=True)
class Served:
    """An answer, how it travels, and the call of the ledger that it closes, if it is one."""

    answer: Answer
    how: Delivery = INSTANT
    call: Call | None = None


class Desk:
    """Everything that the server knows: script, ledger, how many connections are open."""

    def __init__(self, ledger: Ledger, script: Script) -> None:
        self.ledger = ledger
        self.progress = Progress(script)
        self.open_connections = 0
        self.accepted = 0

    def serve(self, request: Request) -> Served:
        """Return what is sent back."""
        if request.method == "POST" and request.path.endswith("/chat/completions"):
            return self._completion(request)
        control = self._controls().get((request.method, request.path))
        if control is not None:
            return Served(answer=Answer(content=msgspec.json.encode(control(request))))
        return Served(answer=self._provider(request))

    def ended(self, call: Call, outcome: Outcome) -> None:
        """Write down what became of an answer."""
        self.ledger.close(call, outcome, time.time_ns() / 1e9)

    def _completion(self, request: Request) -> Served:
        now, script = time.time_ns() / 1e9, self.progress.script
        openrouter = request.path.startswith(OPENROUTER_PATH)
        call = Call(
            number=len(self.ledger.calls) + 1,
            at=now,
            path=request.path,
            dialect="openrouter" if openrouter else "openai",
            key_sha256=key_digest(request.key) if request.key else "",
            headers={k: v for k, v in request.headers.items() if k != "authorization"},
        )
        asked = self._asked(request.body, call)
        occasion = Occasion(
            asked=asked,
            prompt=asked.prompt,
            number=call.number,
            openrouter=openrouter,
            usd_per_token=script.usd_per_token,
            key=request.key,
            now=now,
        )
        if script.accepts is not None and call.key_sha256 not in script.accepts:
            return self._noted(call, refused(occasion, Refuse(status=401)), INSTANT, request.key)
        rule = self.progress.rule_for(asked.model, occasion.prompt)
        call.rule = rule.name
        return self._noted(call, answer_to(occasion, rule.what), rule.how, request.key)

    def _asked(self, body: bytes, call: Call) -> Asked:
        try:
            asked = msgspec.json.decode(body, type=Asked)
            kept = body
        except (msgspec.MsgspecError, UnicodeDecodeError):
            asked = Asked()
            kept = msgspec.json.encode(body.decode(errors="replace"))
        call.model = asked.model
        if self.progress.script.keeps_bodies:
            call.request = msgspec.Raw(kept)
        return asked

    def _noted(self, call: Call, answer: Answer, how: Delivery, key: str) -> Served:
        call.status, call.finish_reason = answer.status, answer.finish_reason
        call.model_served, call.cost = answer.model_served, answer.cost
        call.prompt_tokens, call.completion_tokens = answer.prompt_tokens, answer.completion_tokens
        if self.progress.script.keeps_bodies:
            text = answer.content[: 4 * ANSWER_KEPT].decode(errors="replace")[:ANSWER_KEPT]
            call.answer = text.replace(key, "***") if key else text
        self.ledger.note(call)
        return Served(answer=answer, how=how, call=call)

    def _provider(self, request: Request) -> Answer:
        openrouter = request.path.startswith(OPENROUTER_PATH)
        if request.method == "GET" and request.path.endswith("/models"):
            return Answer(content=msgspec.json.encode({"data": self._offers(openrouter)}))
        if request.method == "GET" and openrouter and request.path.endswith("/key"):
            return self._key_facts(request)
        error = {"error": {"message": f"no {request.path}", "type": "invalid_request_error"}}
        return Answer(status=404, content=msgspec.json.encode(error))

    def _offers(self, openrouter: bool) -> list[dict[str, object]]:  # noqa: FBT001
        price = f"{self.progress.script.usd_per_token:f}"
        facts: dict[str, object] = {"object": "model", "created": 1, "owned_by": "scripted"}
        if openrouter:
            facts = {"context_length": 128_000, "pricing": {"prompt": price, "completion": price}}
        return [{"id": name, **facts} for name in self.progress.script.models]

    def _key_facts(self, request: Request) -> Answer:
        accepts = self.progress.script.accepts
        if not request.key or (accepts is not None and key_digest(request.key) not in accepts):
            error = {"error": {"code": 401, "message": "No auth credentials found"}}
            return Answer(status=401, content=msgspec.json.encode(error))
        spent = float(sum(call.cost for call in self.ledger.calls))
        facts = {"label": "sk-...", "usage": spent, "limit": 10, "limit_remaining": 10 - spent}
        return Answer(content=msgspec.json.encode({"data": facts}))

    def _controls(self) -> Mapping[tuple[str, str], Callable[[Request], object]]:
        return {
            ("POST", "/_script"): self._take_script,
            ("GET", "/_script"): lambda _: self._told_script(),
            ("GET", "/_ledger"): self._told_ledger,
            ("GET", "/_state"): lambda _: self._told_state(),
        }

    def _take_script(self, request: Request) -> object:
        self.progress = Progress(msgspec.json.decode(request.body, type=Script))
        return self._told_script()

    def _told_script(self) -> object:
        progress = self.progress
        return {"script": progress.script, "seen": progress.seen, "used": progress.used}

    def _told_ledger(self, request: Request) -> object:
        return self.ledger.calls[int(request.query.get("after", "0")) :]

    def _told_state(self) -> object:
        return {
            "open_connections": self.open_connections - 1,
            "accepted": self.accepted,
            "calls": len(self.ledger.calls),
        }
