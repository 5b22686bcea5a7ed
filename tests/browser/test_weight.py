"""What a first visit costs, and that nothing comes from anywhere else."""

import gzip

from tests.browser.hub import visiting

BUDGET = 250 * 1024
"""The most that a first load may weigh, compressed. Source: UI 1."""


def test_a_first_load_is_light_and_asks_nobody_else(browser, hub):
    with visiting(browser, hub) as visit:
        page, weights, strangers = visit.context.new_page(), {}, []

        def arrived(response):
            if not response.url.startswith(hub.url):
                strangers.append(response.url)
            elif "/stream" not in response.url:
                weights[response.url] = len(gzip.compress(response.body()))

        page.on("response", arrived)
        page.goto(f"{hub.url}/admin/arena", wait_until="load")
        page.wait_for_timeout(500)
        assert strangers == []
        assert 20_000 < sum(weights.values()) < BUDGET
