"""A person without a mouse: goes from stop to stop with Tab, and knows a stop by its name."""

import re

from playwright.sync_api import Error, Page

MOST = 120
"""Tab stops of the longest page that is walked."""


def tab_to(page: Page, name: str | re.Pattern[str], presses: int = MOST) -> None:
    """Press Tab until the focus is on what has `name`, or begins with it; a person without a mouse has nothing else."""
    wanted = name if isinstance(name, re.Pattern) else re.compile(f"^{re.escape(name)}")
    for _ in range(presses):
        if wanted.search(focused_name(page)):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab stop is named {name!r}")


def focused_name(page: Page) -> str:
    """Return the name of what has the focus, empty where nothing has or a page goes and another one comes."""
    try:
        return _name(page)
    except Error:
        page.wait_for_load_state("load")
        return ""


def _name(page: Page) -> str:
    return str(
        page.evaluate(
            """() => { const at = document.activeElement;
                       if (at === document.body || at.matches('main')) return '';
                       const label = at.labels?.[0]?.innerText ?? at.getAttribute('aria-label') ?? at.innerText ?? '';
                       return label.trim(); }"""
        )
    )
