"""The policy in a real browser: what a page of ours may do, and what text that somebody slipped in may not."""

import pytest

SLIPPED_IN = {
    "text becomes a script": "eval('window.taken = 1')",
    "text becomes a function": "new Function('window.taken = 1')()",
    "a script's text": "add((script) => { script.text = 'window.taken = 1' })",
    "a script from elsewhere": "add((script) => { script.src = 'https://evil.example/x.js' })",
    "a policy of its own": "trustedTypes.createPolicy('mine', {createScript: (text) => text})",
}
ADD = """const add = (fill) => {
  const script = document.createElement('script'); fill(script); document.head.append(script);
};"""


@pytest.mark.parametrize("way", SLIPPED_IN)
def test_text_never_becomes_a_script(visit, way):
    """Tried from a timer: what a debugger runs by itself is allowed more than a page is."""
    page = visit.page
    page.evaluate(
        f"""() => new Promise((ended) => setTimeout(() => {{
          {ADD}
          try {{ {SLIPPED_IN[way]}; window.came = true }} catch {{ window.came = false }}
          ended();
        }}, 0))"""
    )
    assert page.evaluate("() => [window.came, window.taken]") == [False, None]
    visit.complaints.clear()


def test_markup_with_a_handler_runs_nothing_and_is_reported(visit):
    page = visit.page
    with page.expect_request(lambda asked: asked.url.endswith("/csp-reports")) as reported:
        page.evaluate(
            "() => { document.body.insertAdjacentHTML('beforeend', "
            "'<img src=x onerror=\"window.taken = 1\">') }"
        )
    told = reported.value.post_data_json["csp-report"]
    assert told["effective-directive"] == "script-src-attr"
    assert page.evaluate("() => window.taken") is None
    visit.complaints.clear()
