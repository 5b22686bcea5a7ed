"""The cost and tool pages over a home that spent money: states in the address, forms that save, axe without a word."""

import pytest

from tests.browser.barriers import barriers_on
from tests.browser.hub import serving, visiting
from tests.browser.spending import spend_in

PATHS = (
    "/admin/cost",
    "/admin/cost?stack=model&by=purpose&days=30",
    "/admin/cost?tab=calls",
    "/admin/cost?tab=calls&unpriced=yes&since=nonsense",
    "/admin/cost?tab=calls&profile=nobody",
    "/admin/cost?tab=budgets",
    "/admin/cost?tab=prices&model=ollama/llama3.3",
    "/admin/tools",
    "/admin/tools/bars",
)


@pytest.fixture(scope="module")
def spent(tmp_path_factory):
    """Return a hub on a home in which models were called on several days."""
    home = tmp_path_factory.mktemp("spent") / "home"
    home.mkdir()
    spend_in(home)
    with serving(home) as served:
        yield served


@pytest.fixture
def page(browser, spent):
    with visiting(browser, spent) as visit:
        yield visit.open("/admin/cost")
        assert visit.complaints == []


def test_no_page_with_figures_has_a_barrier(browser, spent):
    with visiting(browser, spent) as visit:
        assert barriers_on(visit, PATHS) == {}
        assert visit.complaints == []


def test_the_columns_have_a_summary_and_a_table(page):
    chart = page.get_by_role("img", name="in the last 14 days")
    assert "The dearest day was" in chart.get_attribute("aria-label")
    page.get_by_text("Show as table").click()
    assert page.locator("#spend-table tbody tr").count() == 14


def test_an_axis_and_a_span_are_addresses_that_come_back(page):
    page.get_by_role("link", name="cost source").click()
    page.get_by_role("link", name="30 d").click()
    assert "by=source" in page.url
    assert "days=30" in page.url
    assert page.get_by_role("heading", name="By source, last 30 days").is_visible()
    page.go_back()
    assert page.get_by_role("heading", name="By source, last 14 days").is_visible()


def test_a_limit_is_saved_and_a_wrong_one_comes_back_with_what_was_entered(browser, spent):
    with visiting(browser, spent) as visit:
        save_limits(visit.open("/admin/cost"))
        assert [said for said in visit.complaints if "422" not in said] == []


def save_limits(page):
    page.get_by_role("main").get_by_role("link", name="Budgets", exact=True).click()
    page.locator("#limit-daily").fill("3.25")
    page.get_by_role("button", name="Save limits").click()
    assert "tab=budgets" in page.url
    assert "changed=Changed%3A+daily." in page.url
    assert page.get_by_text("In force: $3.25, set by command").is_visible()
    page.locator("#limit-daily").fill("much")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Save limits").click()
    assert answered.value.status == 422
    assert page.locator("#limit-daily").input_value() == "much"
    assert page.locator("#notices").get_by_text("'much' is no number").is_visible()


def test_an_unpriced_model_is_given_a_price_from_its_call(page):
    page.get_by_role("link", name="State a price of ollama/llama3.3").first.click()
    assert page.get_by_label("Model").input_value() == "ollama/llama3.3"
    page.locator("#price-prompt").fill("0.10")
    page.locator("#price-completion").fill("0.40")
    page.get_by_role("button", name="Save price").click()
    assert page.url.endswith("is+stated.")
    row = page.get_by_role("row", name="ollama/llama3.3")
    assert "stated here" in row.inner_text()
    assert "$0.1" in row.inner_text()


def test_a_tool_is_tried_on_real_bars(page):
    page.goto(page.url.partition("/admin")[0] + "/admin/tools/quotes")
    page.get_by_role("button", name="Try").click()
    assert page.get_by_label("What the tool answered").inner_text().startswith("AAPL: last close")


def test_a_filled_limit_stands_in_the_bar_and_among_the_warnings(page):
    assert page.locator("#cost-chip").get_by_text("a limit at 100 %").is_visible()
    page.get_by_role("main").get_by_role("link", name="Budgets", exact=True).click()
    assert page.locator("#cost").get_by_text("Power calls, a day: 5 of 5").is_visible()
