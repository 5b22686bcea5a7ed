"""A real hub in a process of its own, and a real Chromium that signs in to it by the printed link."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests import forked_program
from tests.forked_program import Forked

STARTING_SECONDS = 60
STOPPING_SECONDS = 5
"""How long a hub may take to stop with pages open. Source: the issue, UI 3."""

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser that runs as root, without a screen, and asks nobody but the page it shows."""


def chromium_path() -> str | None:
    """Return where Chromium is, None where it is not installed."""
    return (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return this process's environment with `home` and `more` as the only settings of ours."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("QUORATE_", "OPENROUTER_", "OPENAI_"))
    }
    return inherited | {"QUORATE_HOME": str(home)} | more


def quorate(home: Path, *words: str) -> str:
    """Run one command to its end and return what it printed."""
    done = forked_program.run(words, env=environment(home), timeout=120)
    done.check_returncode()
    return done.stdout


@dataclass
class Hub:
    """A hub that serves `home` on `port`; `link` is the sign-in link that it printed."""

    home: Path
    port: int
    link: str
    process: Forked | subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """Ask the hub to stop, as a service manager does, and return its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=STOPPING_SECONDS)

    def fresh_link(self) -> str:
        """Return another sign-in link, as a person gets one who closed the browser."""
        said = quorate(self.home, "up", "--port", str(self.port))
        return next(line for line in said.splitlines() if line.startswith("http://"))


@contextmanager
def serving(home: Path, port: int | None = None, **more: str) -> Iterator[Hub]:
    """Yield a hub once it has printed its sign-in link; it is stopped at the end. `more` are further variables."""
    chosen = port or free_port()
    process = forked_program.start(["up", "--port", str(chosen)], env=environment(home, **more))
    watchdog = threading.Timer(STARTING_SECONDS, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        link = next((line.strip() for line in process.stdout if line.startswith("http://")), "")
        watchdog.cancel()
        if not link:
            raise RuntimeError(f"the hub did not start: {process.communicate()[1]}")
        yield Hub(home, chosen, link, process)
    finally:
        watchdog.cancel()
        _end(process)


def _end(process: Forked | subprocess.Popen[str]) -> None:
    """Stop a process that still runs, and close what it spoke through."""
    if process.poll() is None:
        process.terminate()
    try:
        process.communicate(timeout=STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


@dataclass
class Visit:
    """One signed-in tab and everything that went wrong in it: console errors, CSP reports, failed requests."""

    page: Page
    context: BrowserContext
    hub: Hub
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to `path` and wait until its scripts have run."""
        self.page.goto(f"{self.hub.url}{path}", wait_until="load")
        return self.page


def launched(playwright: Playwright) -> Browser:
    """Return a running Chromium."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_FLAGS))


@contextmanager
def visiting(
    browser: Browser,
    hub: Hub,
    *,
    link: str = "",
    theme: str = "light",
    width: int = 1440,
    height: int = 900,
) -> Iterator[Visit]:
    """Yield a tab of its own that came in by `link`, or by a fresh one."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        timezone_id="America/New_York",
        locale="en-US",
    )
    context.set_default_timeout(10_000)
    try:
        page = context.new_page()
        visit = Visit(page, context, hub)
        page.on("console", lambda said: _note(visit, said.type, said.text))
        page.on("pageerror", lambda error: visit.complaints.append(f"script: {error}"))
        page.goto(link or hub.fresh_link(), wait_until="load")
        yield visit
    finally:
        context.close()


def _note(visit: Visit, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        visit.complaints.append(f"{kind}: {text}")
