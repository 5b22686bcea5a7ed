"""Barriers: what axe finds on a page, in both themes, and the phones' widths at which it scrolls sideways.

A page is loaded once for all of it: a theme is an attribute of the document, a width is the window's.
"""

from collections.abc import Iterable, Sequence

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.hub import Visit

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
EVERY_RULE = ()
"""Those of good practice too, which no level of WCAG asks for."""

COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that colours decide. A theme changes nothing else: tests/unit/hub/pages/test_static_files.py."""

PHONES = (390, 320)


def barriers_on(
    visit: Visit, paths: Iterable[str], *, rules: Sequence[str] = TAGS, held: bool = False
) -> dict[str, list[str]]:
    """Return the barriers of each page that has one; `held` as for `barriers`."""
    found = {path: barriers(visit.open(path), rules=rules, held=held) for path in paths}
    return {path: each for path, each in found.items() if each}


def barriers(page: Page, *, rules: Sequence[str] = TAGS, held: bool = False) -> list[str]:
    """Return what stands in somebody's way on a page shown in its light theme, and show it so again.

    With `held` the rules are tried on a phone's width too, not its overflow alone.
    """
    page.emulate_media(reduced_motion="reduce")
    found = broken(page, rules)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    found += [f"dark: {each}" for each in broken(page, COLOURS)]
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    window = page.viewport_size
    for width in PHONES:
        page.set_viewport_size({"width": width, "height": 700})
        reach = page.evaluate("document.documentElement.scrollWidth")
        if reach > width:
            found.append(f"{reach} px wide at {width}")
        if held and width == PHONES[0]:
            found += [f"at {width}: {each}" for each in broken(page, rules)]
    if window is not None:
        page.set_viewport_size(window)
    return found


def broken(page: Page, rules: Sequence[str]) -> list[str]:
    """Return the rules that the page breaks as it is shown, each with where; where it keeps them is not asked for."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    violations = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in violations]
