"""The bar at the top: one line from a desk's width down to a phone's, at its longest words too."""

import pytest

from tests.browser.hub import visiting

WIDTHS = (
    1440,
    1366,
    1280,
    1240,
    1181,
    1141,
    1000,
    961,
    900,
    861,
    860,
    700,
    661,
    660,
    561,
    390,
    360,
    320,
)

LONGEST = """() => {
  document.querySelector("#cost-chip").insertAdjacentHTML("beforeend",
    ' <span class="hub-tag">a limit at 100 %</span> <span class="hub-tag">+ 12 unpriced</span>');
}"""
"""What a spent budget and unpriced calls add to the chip of the cost."""

DISORDER = """() => {
  const bar = document.querySelector(".hub-top").getBoundingClientRect();
  const parts = [...document.querySelectorAll(".hub-top > *, .hub-chips > .hub-chip")]
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width && !one.matches(".hub-chips, .hub-sp, .hub-pop"))
    .sort(([, a], [, b]) => a.left - b.left);
  const named = (at) => `${parts[at][0].className} ${parts[at][0].textContent.trim()}`;
  return parts.flatMap(([, box], at) => [
    ...(box.top < bar.top || box.bottom > bar.bottom ? [`${named(at)} leaves the line`] : []),
    ...(box.right > bar.right + 0.5 ? [`${named(at)} leaves the page`] : []),
    ...(at && parts[at - 1][1].right > box.left + 0.5 ? [`${named(at - 1)} covers ${named(at)}`] : []),
  ]);
}"""
"""What of the bar is not on its one line, each with its words."""


@pytest.mark.parametrize("longest", [False, True])
def test_the_bar_is_one_line_at_every_width(browser, hub, longest):
    with visiting(browser, hub) as visit:
        page = visit.open("/admin/orders")
        if longest:
            page.evaluate(LONGEST)
        found = {}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 400})
            found[width] = page.evaluate(DISORDER)
        assert {width: said for width, said in found.items() if said} == {}
        assert visit.complaints == []


@pytest.mark.parametrize("width", [1440, 1280])
def test_at_a_desk_every_part_of_the_bar_is_said_in_full(browser, hub, width):
    with visiting(browser, hub, width=width) as visit:
        page = visit.open("/admin")
        for words in ("Search runs, symbols, IDs", "REPLAY 2013-03-01", "of $1.00", "Halt trading"):
            assert page.locator(".hub-top").get_by_text(words).is_visible(), words
