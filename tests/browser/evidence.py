"""`make evidence`: pictures of every page, both themes, from real runs over the packaged bars."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.hub import Hub, Visit, chromium_path, launched, quorate, serving, visiting
from tests.fakes.debates import made_debates

TARGET = Path(__file__).parents[2] / "docs" / "screenshots"
THEMES = ("light", "dark")
WIDE, NARROW = 1440, 390


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the page, and whether it is taken on a narrow screen and in the dark theme too."""

    name: str
    path: str
    narrow: bool = False
    dark: bool = False


def pictures(run: str, whatif: str) -> tuple[Picture, ...]:
    """Return what is taken; `run` is the id of a run that ended in a BUY, `whatif` of one made of it."""
    details = f"/admin/arena/runs/{run}"
    return (
        Picture("dashboard", "/admin", narrow=True, dark=True),
        Picture("overview", "/admin/arena", narrow=True, dark=True),
        Picture("runs", "/admin/arena/runs?from=2013-02-20", narrow=True),
        Picture("runs-filtered-empty", "/admin/arena/runs?symbol=FB&view=traded"),
        Picture("run-details", f"{details}?symbol=AAPL", narrow=True),
        Picture("run-details-trace", f"{details}?symbol=AAPL&tab=trace"),
        Picture("run-details-consensus", f"{details}?symbol=AAPL&tab=consensus"),
        Picture("new-run", "/admin/arena/runs/new"),
        Picture("competitions", "/admin/competitions"),
        Picture("competition", "/admin/competitions/cmp_", narrow=True, dark=True),
        Picture("competition-new", "/admin/competitions/new"),
        Picture("run-replay", f"{details}/replay"),
        Picture("runs-compare", f"/admin/arena/runs/compare?a={run}&b={whatif}"),
        Picture("leaderboard", "/admin/arena/leaderboard?book=replay-1", narrow=True, dark=True),
        Picture("profiles", "/admin/arena/profiles", narrow=True, dark=True),
        Picture("profile-new", "/admin/arena/profiles/new?role=judge"),
        Picture("profile-edit", "/admin/arena/profiles/power_macro_judge"),
        Picture("profile-history", "/admin/arena/profiles/trend?tab=history&version=1"),
        Picture("prompts", "/admin/arena/prompts?role=judge"),
        Picture("cost", "/admin/cost", narrow=True, dark=True),
        Picture("cost-calls", "/admin/cost?tab=calls"),
        Picture("cost-budgets", "/admin/cost?tab=budgets"),
        Picture("cost-prices", "/admin/cost?tab=prices"),
        Picture("tools", "/admin/tools"),
        Picture("tool", "/admin/tools/bars"),
        Picture("strategies", "/admin/strategies", narrow=True),
        Picture("strategy", "/admin/strategies/default", narrow=True, dark=True),
        Picture("orders", "/admin/orders", narrow=True, dark=True),
        Picture("positions", "/admin/orders?tab=positions", narrow=True),
        Picture("outcomes", "/admin/orders?tab=outcomes", narrow=True, dark=True),
        Picture("safety", "/admin/safety", narrow=True, dark=True),
        Picture("safety-halt", "/admin/safety/halt"),
        Picture("fleet", "/admin/fleet", narrow=True, dark=True),
        Picture("tasks", "/admin/tasks", narrow=True),
        Picture("results", "/admin/results", narrow=True, dark=True),
        Picture("audit", "/admin/audit", narrow=True, dark=True),
        Picture("audit-traces", "/admin/audit?tab=traces"),
        Picture("audit-verdicts", "/admin/audit?tab=verdicts"),
        Picture("audit-verdict", f"/admin/audit/verdicts/{run}?verify=yes", narrow=True, dark=True),
        Picture("audit-waivers", "/admin/audit?tab=waivers"),
        Picture("settings", "/admin/settings", narrow=True, dark=True),
        Picture("settings-providers", "/admin/settings?tab=providers"),
        Picture("settings-broker", "/admin/settings?tab=broker"),
        Picture("settings-tokens", "/admin/settings?tab=tokens"),
        Picture("settings-health", "/admin/settings?tab=health&checks=all"),
        Picture("settings-presets", "/admin/settings?tab=presets"),
        Picture("settings-models", "/admin/settings?tab=models"),
        Picture("not-found", "/admin/arena/runs/run_00000000000000000000000000"),
    )


def walked(home: Path) -> tuple[Picture, ...]:
    """Return what is taken of the cycles of the first replay."""
    import json  # noqa: PLC0415  (only here)

    told = json.loads(quorate(home, "cycle", "status", "--book", "replay-1", "--json"))
    return (
        Picture("cycles", "/admin/cycles?book=replay-1"),
        Picture("cycle", f"/admin/cycles/{told['cycleId']}", narrow=True, dark=True),
        Picture("alerts", "/admin/alerts"),
    )


def disputes(run: str) -> tuple[Picture, ...]:
    """Return what is taken of a run that models debated and the panel settled."""
    details = f"/admin/arena/runs/{run}"
    return (
        Picture("debates", "/admin/debates"),
        Picture("debate", f"/admin/debates/{run}", narrow=True, dark=True),
        Picture("run-escalated", details),
        Picture("run-escalated-consensus", f"{details}?tab=consensus"),
        Picture("run-tool-calls", f"{details}?tab=tools"),
        Picture("run-prompts", f"{details}?tab=prompts"),
        Picture("run-cost", f"{details}?tab=cost"),
    )


def main() -> int:
    """Take all pictures and say where they are."""
    if chromium_path() is None:
        print(
            "Chromium is missing. On Debian or Ubuntu: sudo apt-get install chromium",
            file=sys.stderr,
        )
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        quorate(home, "replay", "--sessions", "250")
        run = _bought(home)
        _competed(home)
        quorate(home, "strategies", "backtest", "default", "-q")
        shown = (
            *pictures(run, _what_if(home, run)),
            *walked(home),
            *disputes(made_debates(home, "panel")["panel"]),
        )
        with serving(home) as hub, sync_playwright() as playwright:
            browser = launched(playwright)
            for theme in THEMES:
                _taken(browser, hub, theme, shown)
            browser.close()
    taken = {"sign-in.png", *(name for name, *_ in _wanted(shown))}
    for old in TARGET.glob("*.png"):
        if old.name not in taken:
            old.unlink()
    print(f"{len(taken)} pictures in {TARGET}")
    return 0


def _wanted(shown: tuple[Picture, ...]) -> set[tuple[str, str, int]]:
    """Return the file, theme and width of every picture."""
    sorts = (("light", WIDE), ("dark", WIDE), ("light", NARROW))
    return {
        (_file_name(picture, theme, width), theme, width)
        for picture in shown
        for theme, width in sorts
        if (theme == "light" or picture.dark) and (width == WIDE or picture.narrow)
    }


def _what_if(home: Path, run: str) -> str:
    """Return the run that `run` would have been, had more confidence been asked for."""
    import json  # noqa: PLC0415  (only here)

    told = quorate(home, "runs", "replay", run, "--swap", "threshold=min_confidence:0.7", "--json")
    return str(json.loads(told)["runId"])


def _bought(home: Path) -> str:
    """Return the run of a packaged session on which the agents agree to buy, made anew."""
    import json  # noqa: PLC0415  (only here)

    told = quorate(home, "run", "AAPL", "GOOG", "IBM", "MSFT", "--as-of", "2012-06-29", "--json")
    return str(json.loads(told)["runId"])


def _competed(home: Path) -> None:
    """Play a competition over the packaged year 2012; it is the only one, so the beginning of its id names it."""
    span = ("--from", "2012-01-03", "--to", "2012-12-31")
    quorate(home, "compete", "start", "year 2012", "--symbols", "AAPL,GOOG,IBM,MSFT", *span)


def _taken(browser: Browser, hub: Hub, theme: str, shown: tuple[Picture, ...]) -> None:
    for width in (WIDE, NARROW):
        with visiting(browser, hub, theme=theme, width=width) as visit:
            for picture in shown:
                name = _file_name(picture, theme, width)
                if (name, theme, width) in _wanted(shown):
                    _take(visit, picture, name)
            if width == WIDE and theme == "light":
                _signed_out(visit.page, hub)
            if said := [each for each in visit.complaints if "status of 404" not in each]:
                raise SystemExit(f"the browser complained: {said}")


def _take(visit: Visit, picture: Picture, name: str) -> None:
    page = visit.open(picture.path)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(400)  # charts draw on the next frames
    usual = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(
        {"width": usual["width"], "height": height}
    )  # what sticks, sticks at the end
    page.wait_for_timeout(100)
    page.screenshot(path=TARGET / name)
    page.set_viewport_size(usual)


def _signed_out(page: Page, hub: Hub) -> None:
    page.context.clear_cookies()
    page.goto(f"{hub.url}/admin")
    page.screenshot(path=TARGET / "sign-in.png")


def _file_name(picture: Picture, theme: str, width: int) -> str:
    suffix = "-dark" if theme == "dark" else ""
    return f"{picture.name}{suffix}{'' if width == WIDE else f'-{width}'}.png"


if __name__ == "__main__":
    sys.exit(main())
