"""How a command's words become a request, and how an answer is brought into the command's own shape."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from quorate.cli.main import main
from quorate.cli.remote.way import beside, camel, given, place, query_of
from quorate.kernel.errors import ConflictError, UnavailableError

URL = "http://127.0.0.1:8600"


class FakeHub:
    """A hub that gives the answers it was told, one a request, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def new_key(self):
        return "key"

    async def ask(self, method, path, **more):
        self.asked.append((method, path, {name: each for name, each in more.items() if each}))
        status, tree = self.answers.pop(0)
        if isinstance(tree, Exception):
            raise tree
        return SimpleNamespace(status=status, tree=tree, location="/admin/cycles/cyc_1")


@pytest.fixture
def hub():
    return FakeHub()


@pytest.fixture
def quorate(hub, capsys):
    @asynccontextmanager
    async def open_hub_api(url):
        assert url == URL
        yield hub

    def run(*words):
        capsys.readouterr()
        code = main([*words, "--server", URL], lambda: SimpleNamespace(open_hub_api=open_hub_api))
        return code, *capsys.readouterr()

    return run


def page(*items, cursor=None):
    return 200, {"readAt": "2026-11-22T12:00:00Z", "items": list(items), "nextCursor": cursor}


def test_a_parameter_stays_one_part_of_the_path():
    assert place("/orders/{order}", {"order": "../tokens?x"}) == "/admin/orders/..%2Ftokens%3Fx"
    assert place("/debate/sessions", {}) == "/debate/sessions"


def test_only_what_was_told_is_asked_for():
    told = {"book": None, "stuck": False, "archived": True, "type_": "order", "least": 0}
    names = {"book": "book", "stuck": "stuck", "archived": "archived", "type_": "type"}
    assert query_of(told, names) == {"archived": "true", "type": "order"}
    assert query_of(told, {"least": "minOutcomes"}) == {"minOutcomes": "0"}
    assert given({"book": "", "about": "x"}, "book", "about") == {"about": "x"}


def test_what_is_told_inside_stands_beside_the_rest():
    tree = {"target": "t", "task": {"state": "FAILED"}}
    assert beside(tree, "task") == {"target": "t", "state": "FAILED"}
    assert beside(tree, "") == tree
    assert camel("max_cost_usd") == "maxCostUsd"


def test_a_hubs_list_is_asked_for_page_by_page(quorate, hub):
    task = {"taskId": "tsk_1", "type": "order", "subject": "x", "state": "FAILED", "worker": None}
    rest = {"attempts": 1, "failureSource": None, "changedAt": "2026-11-22T12:00:00Z"}
    hub.answers = [page(task | rest, cursor="next")]
    code, out, err = quorate("tasks", "list", "--state", "FAILED", "--limit", "1")
    assert code == 0
    assert "tsk_1" in out
    assert "--cursor next" in err
    assert hub.asked == [("GET", "/admin/tasks", {"query": {"state": "FAILED", "limit": "1"}})]


def test_a_whole_list_is_cut_into_pages_here(quorate, hub):
    profile = {"role": "trend", "provider": "rules", "model": "m", "tier": "free", "mode": "x"}
    items = [{"name": name, "enabled": True, "voter": True, **profile} for name in "abc"]
    hub.answers = [page(*items), page(*items)]
    _, out, err = quorate("profiles", "--limit", "2")
    assert [line.split()[0] for line in out.splitlines()] == ["name", "a", "b"]
    assert "--cursor b" in err
    _, out, _ = quorate("profiles", "--limit", "2", "--cursor", "b")
    assert [line.split()[0] for line in out.splitlines()] == ["name", "c"]


def test_a_halt_is_asked_for_with_one_key_until_it_is_over(quorate, hub):
    book = {"book": "replay", "unconfirmed": [{"name": "order 1", "cause": "no answer"}]}
    halted = {"applied": True, "complete": False, "books": [book]}
    hub.answers = [(202, halted), (200, halted)]
    code, out, _ = quorate("halt", "--reason", "odd")
    assert code == 7
    assert "not confirmed: order 1 (no answer)" in out
    assert hub.asked[0] == hub.asked[1]
    assert hub.asked[0][2]["key"] == "key"


def test_a_halt_without_a_reason_is_not_turned_away(quorate, hub):
    hub.answers = [(200, {"applied": True, "complete": True, "books": []})]
    assert quorate("halt")[0] == 0
    assert hub.asked[0][2]["body"]["reason"]


@pytest.mark.parametrize(
    ("violations", "failed", "code"), [(["x"], True, 6), ([], True, 1), ([], False, 0)]
)
def test_a_cycle_ends_as_its_audit_says(quorate, hub, violations, failed, code):
    cycle = {"cycleId": "cyc_1", "book": "b", "number": 1, "session": None, "stage": "IDLE"}
    walked = {
        "cycle": cycle | {"failed": failed},
        "audit": {"passed": not violations, "violations": violations},
        "trace": [{"agent": "Auditor", "action": "audit", "success": True, "error": None}],
    }
    hub.answers = [(202, {}), (200, {}), (200, walked)]
    assert quorate("cycle", "once")[0] == code
    assert hub.asked[-1][:2] == ("GET", "/admin/cycles/cyc_1")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("run", "AAPL", "--fresh"), id="a fresh run"),
        pytest.param(("cycle", "once", "--dry-run"), id="a cycle looked at"),
        pytest.param(("halt", "--drill"), id="a drill"),
        pytest.param(("doctor",), id="a look at the machine"),
        pytest.param(("runs", "--db", "x"), id="a database beside it"),
        pytest.param(("strategies", "add", "calm", "--horizon", "long"), id="no number"),
        pytest.param(("strategies", "add", "calm", "--threshold", "x"), id="no pair"),
    ],
)
def test_what_a_hub_cannot_do_is_refused_before_it_is_asked(quorate, hub, words):
    code, _, err = quorate(*words)
    assert code == 2
    assert err.startswith("error: ")
    assert hub.asked == []


@pytest.mark.parametrize(
    ("failure", "code"), [(UnavailableError("gone", source="hub"), 7), (ConflictError("old"), 8)]
)
def test_a_hubs_failure_ends_as_it_would_at_home(quorate, hub, failure, code):
    hub.answers = [(0, failure)]
    assert quorate("runs")[0] == code


def test_a_strategy_is_written_as_it_was_typed(quorate, hub):
    strategy = {"version": 1, "name": "calm"}
    hub.answers = [(201, {"target": "calm", "applied": True, "strategy": strategy})]
    words = ("--symbols", "AAPL,IBM", "--horizon", "10", "--preset", "none", "--max-cost", "$0.05")
    assert quorate("strategies", "add", "calm", "--threshold", "quorum=3", *words)[0] == 0
    assert hub.asked[0][2]["body"] == {
        "name": "calm",
        "symbols": ["AAPL", "IBM"],
        "horizonSessions": 10,
        "preset": None,
        "maxCostUsd": "0.05",
        "thresholds": {"quorum": 3},
    }
