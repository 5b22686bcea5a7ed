"""A home with a hub, its workers in processes of their own, and what a test asks of them."""

import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

PROFILES = ("cheap_tech_analyst", "cheap_risk_manager", "power_macro_judge")
TECHNICAL, RISK, JUDGE = "Your seat: technical", "Your seat: risk", "Your seat: judge"
KEY = "sk-canary-7f3a90c1d2e4b5a6"
LONGEST = 120
NO_RUN = "run_00000000000000000000000000"
FLEET = {
    "QUORATE_FLEET__HEARTBEAT_SECONDS": "0.5",
    "QUORATE_FLEET__DEAD_AFTER_SECONDS": "2",
    "QUORATE_FLEET__SWEEP_SECONDS": "0.2",
}


class Worker:
    """A worker in a process of its own, and what it told so far."""

    def __init__(self, process):
        self.process = process
        self.told = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def count(self, event):
        return sum(each["event"] == event for each in self.told)

    @property
    def in_hand(self):
        return self.count("task_accepted") - self.count("task_done") - self.count("task_failed")


class Fleet:
    """A home whose analyses go to workers; the keys of its models are the workers' and, to compare, the hub's."""

    def __init__(self, home, server):
        self.home = home
        self.port = free_port()
        self.posted = 0
        self.keys = {
            "OPENROUTER_BASE_URL": server.openrouter_url,
            "OPENROUTER_API_KEY": KEY,
            "OPENAI_BASE_URL": server.openai_url,
            "OPENAI_API_KEY": KEY,
        }
        for name in PROFILES:
            assert home.run("profiles", "enable", name, **self.keys).code == 0
        self.asking = self._token("asking", "read", "run")
        self.working = self._token("working", "worker")

    def _token(self, name, *scopes):
        wanted = [word for scope in scopes for word in ("--scope", scope)]
        made = self.home.run("tokens", "create", name, *wanted, "--json")
        assert made.code == 0, made.err
        return made.json["secret"]

    @contextmanager
    def hub(self, **more):
        process = self.home.start("up", "--port", self.port, **(self.keys | FLEET | more))
        try:
            until(lambda: self.ask("GET", f"/api/admin/arena/runs/{NO_RUN}")[0] == 404)
            yield
        finally:
            end(process)

    @contextmanager
    def worker(self, name, home):
        home.mkdir()
        process = self.home.start(
            *("worker", "--hub", f"http://127.0.0.1:{self.port}", "--name", name, "--json"),
            *("--capabilities", "sovereign_access,trading_analysis", "--slots", "2"),
            **(self.keys | {"QUORATE_HOME": str(home), "QUORATE_WORKER_TOKEN": self.working}),
        )
        worker = Worker(process)
        try:
            until(lambda: worker.count("registered"))
            yield worker
        finally:
            end(process)

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.asking}", "Content-Type": "application/json"}
        if body:
            self.posted += 1
            headers["Idempotency-Key"] = f"key-{self.posted}"
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except OSError:
            return 0, {}
        finally:
            connection.close()

    def started(self, asked):
        status, run = self.ask("POST", "/api/admin/arena/run", asked)
        assert status == 202, run
        return run["runId"]

    def ended(self, run_id):
        found = {}

        def is_over():
            found.update(self.ask("GET", f"/api/admin/arena/runs/{run_id}")[1])
            return found.get("status") in {"completed", "failed", "cancelled"}

        until(is_over)
        return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds, seconds=LONGEST):
    end_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end_at, "it did not come to that in time"
        time.sleep(0.1)  # noqa: TID251  (another process's time passes)


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdout, process.stderr):
        stream.close()
