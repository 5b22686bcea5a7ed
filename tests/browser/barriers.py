"""Barriers: what axe finds on a page in both themes, and the phones' widths at which it scrolls sideways.

A page is loaded once for all of it: what depends on the theme are colours alone, and a width is the window's.
"""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.hub import Visit

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules that another theme may break."""

PHONES = (390, 320)


def barriers_on(visit: Visit, paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the barriers of each page that has one."""
    found = {path: barriers(visit.open(path)) for path in paths}
    return {path: each for path, each in found.items() if each}


def barriers(page: Page) -> list[str]:
    """Return what stands in somebody's way on a page that is shown in its light theme, and show it so again."""
    page.emulate_media(reduced_motion="reduce")
    found = broken(page, TAGS)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    found += [f"dark: {each}" for each in broken(page, COLOURS)]
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    window = page.viewport_size
    for width in PHONES:
        page.set_viewport_size({"width": width, "height": 700})
        reach = page.evaluate("document.documentElement.scrollWidth")
        if reach > width:
            found.append(f"{reach} px wide at {width}")
    if window is not None:
        page.set_viewport_size(window)
    return found


def broken(page: Page, rules: object) -> list[str]:
    """Return the rules that the page breaks as it is shown, each with where."""
    violations = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in violations]
