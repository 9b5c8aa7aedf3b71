"""The HTML report as a person uses it: by mouse, by keyboard, in the dark, on a telephone, without a script."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drift.compare import compare
from drift.report import Report
from drift.snapshot import Snapshot
from tests.browser.conftest import Open
from tests.rules import bucket, place, rule, snapshot
from tests.samples import hostile, reports

EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def story() -> Report:
    """Four buckets: live lets more, live lets less, one is the same, of one nothing is known."""
    declared = snapshot(
        bucket("uploads", rule("PUT", "https://app.example", "x-amz-*", "ETag"), location=place(3)),
        bucket("assets", rule("GET HEAD", "https://app.example https://*.corp.example")),
        bucket("same", rule("GET", "*")),
        bucket("unseen", rule("GET", "*")),
    )
    live = snapshot(
        bucket("uploads", rule("PUT", f"https://app.example {EVIL}", "x-amz-*", "ETag")),
        bucket("assets", rule("GET", "https://app.example")),
        bucket("same", rule("GET", "*")),
    )
    return compare(declared, live)


def css(driver: Any, selector: str) -> Any:
    return driver.find_element("css selector", selector)


def shown_buckets(driver: Any) -> list[str]:
    heads = driver.find_elements("css selector", "details.bucket h3")
    return [head.text for head in heads if head.is_displayed()]


def press(driver: Any, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(driver).send_keys(*keys).perform()


def open_answers(driver: Any) -> list[Any]:
    return [each for each in driver.find_elements("css selector", "[popover]") if each.is_displayed()]


def evil_cell(driver: Any) -> Any:
    return css(driver, f"button.cell[aria-label^='PUT from {EVIL}']")


def colours(driver: Any, selector: str) -> set[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Colour of the text, and of what is really behind it, of the first elements that the selector fits."""
    found = driver.execute_script(
        """
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const parts = (colour) => {
          canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const under = (each) => parts(getComputedStyle(each).backgroundColor);
        return [...document.querySelectorAll(arguments[0])].slice(0, 40).map((each) => {
          let behind = each, back = [0, 0, 0, 0];
          while (behind && (back = under(behind))[3] === 0) behind = behind.parentElement;
          return [parts(getComputedStyle(each).color), back];
        });
        """,
        selector,
    )
    return {(tuple(text[:3]), tuple(back[:3])) for text, back in found}


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """WCAG 2, "contrast ratio"."""

    def luminance(colour: tuple[float, ...]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_verdict_stands_on_top_and_buckets_worst_first(browse: Open, story: Report) -> None:
    driver = browse(story)
    assert css(driver, "h1").text == "Drift"
    assert shown_buckets(driver) == ["uploads", "assets", "unseen", "same"]
    assert not css(driver, "details.bucket:last-of-type").get_attribute("open")


def test_a_part_of_a_name_narrows_the_list(browse: Open, story: Report) -> None:
    driver = browse(story)
    css(driver, "#filter-name").send_keys("UPLO")
    assert shown_buckets(driver) == ["uploads"]
    assert css(driver, "#shown").text == "1 of 4 shown"


def test_a_state_narrows_the_list_and_all_gives_it_back(browse: Open, story: Report) -> None:
    driver = browse(story)
    css(driver, "button[data-filter=in_sync]").click()
    assert shown_buckets(driver) == ["same"]
    assert css(driver, "button[data-filter=in_sync]").get_attribute("aria-pressed") == "true"
    css(driver, "button[data-filter=all]").click()
    assert len(shown_buckets(driver)) == 4


def test_the_states_have_their_counts(browse: Open, story: Report) -> None:
    driver = browse(story)
    buttons = driver.find_elements("css selector", "#filters button")
    told = {each.get_attribute("data-filter"): " ".join(each.text.split()) for each in buttons}
    assert told == {"all": "all 4", "drifted": "drifted 2", "unresolved": "unresolved 1", "in_sync": "in sync 1"}


def test_a_cell_opens_by_click_with_the_request_and_both_answers(browse: Open, story: Report) -> None:
    driver = browse(story)
    cell = evil_cell(driver)
    assert "wider" in cell.get_attribute("aria-label")
    cell.click()
    (answer,) = open_answers(driver)
    words = answer.text
    assert f"PUT from {EVIL}" in words.replace("\n", " ")
    assert "Refused with 403" in words
    assert "Allowed by rule 1" in words
    assert f"-H 'Origin: {EVIL}'" in words
    assert "Access-Control-Allow-Credentials" in words


def test_a_cell_opens_by_keyboard_and_escape_closes_it_and_gives_the_place_back(browse: Open, story: Report) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = browse(story)
    driver.execute_script("arguments[0].focus()", evil_cell(driver))
    press(driver, Keys.ENTER)
    assert len(open_answers(driver)) == 1
    assert driver.switch_to.active_element.text == "Close"
    press(driver, Keys.ESCAPE)
    assert open_answers(driver) == []
    assert driver.switch_to.active_element == evil_cell(driver)


def test_the_button_closes_an_answer(browse: Open, story: Report) -> None:
    driver = browse(story)
    evil_cell(driver).click()
    open_answers(driver)[0].find_element("css selector", "button.close").click()
    assert open_answers(driver) == []


def test_the_tab_key_stops_once_in_a_grid_at_the_cell_that_was_last_there(browse: Open, story: Report) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = browse(story)
    grids = "[...document.querySelectorAll('table.grid')]"
    stops = f"return {grids}.map((grid) => grid.querySelectorAll('[tabindex=\"0\"]').length)"
    assert set(driver.execute_script(stops)) == {1}
    driver.execute_script("arguments[0].focus()", evil_cell(driver))
    press(driver, Keys.ARROW_RIGHT)
    before = driver.switch_to.active_element
    press(driver, Keys.TAB)
    assert driver.switch_to.active_element.find_elements("xpath", "ancestor::table[@class='grid']") == []
    assert before.get_attribute("tabindex") == "0"
    assert set(driver.execute_script(stops)) == {1}


def test_arrows_lead_from_cell_to_cell(browse: Open, story: Report) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = browse(story)
    driver.execute_script("arguments[0].focus()", evil_cell(driver))
    press(driver, Keys.ARROW_RIGHT, Keys.ARROW_UP)
    assert driver.switch_to.active_element.get_attribute("aria-label").startswith("POST from https://app.example")


def test_everything_can_be_reached_by_tab_and_the_focus_is_seen(browse: Open, story: Report) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = browse(story)
    press(driver, Keys.TAB)
    assert driver.switch_to.active_element.text == "Skip to the buckets"
    seen = set()
    for _ in range(25):
        press(driver, Keys.TAB)
        active = driver.switch_to.active_element
        if active.tag_name == "body":  # after the last stop of the page
            break
        seen.add(active.tag_name)
        assert driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", active) != "none"
    assert {"a", "input", "button", "summary"} <= seen


@pytest.mark.parametrize("fragment", ["#same", "#b4"])
def test_a_fragment_opens_the_bucket_by_its_name_or_number(browse: Open, story: Report, fragment: str) -> None:
    driver = browse(story, fragment)
    same = css(driver, "#b4")
    assert same.find_element("css selector", "h3").text == "same"
    assert same.get_attribute("open")
    assert driver.execute_script("const r = arguments[0].getBoundingClientRect(); return r.top < innerHeight", same)


def test_a_link_of_what_fails_the_run_leads_to_its_bucket_even_if_it_was_filtered_away(
    browse: Open, story: Report
) -> None:
    driver = browse(story)
    css(driver, "button[data-filter=in_sync]").click()
    link = next(each for each in driver.find_elements("css selector", ".failing a") if each.text == "uploads")
    link.click()
    assert "uploads" in shown_buckets(driver)


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_what_is_behind_it(browse: Open, dark: bool) -> None:
    driver = browse(reports()["everything"], dark=dark)
    seen: set[tuple[tuple[float, ...], tuple[float, ...]]] = set()
    selectors = (
        "h1, h3, .lead, .hint, .badge, .severity, .effect, small, .place code, .cell, .legend span, del code, "
        "ins code, .help, .todo p, .states li, .buttons button, .about, .summary, .grid th, .diff th, a, footer p"
    )
    for selector in selectors.split(","):
        seen |= colours(driver, selector)
    ((_, paper),) = colours(driver, "body")
    assert (sum(paper) < 384) == dark
    assert [(text, back) for text, back in seen if contrast(text, back) < 4.5] == []


@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_does_not_scroll_sideways(browse: Open, width: int) -> None:
    driver = browse(reports()["everything"], width=width)
    driver.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [400, 1280])
def test_an_open_answer_fits_the_window(browse: Open, story: Report, width: int) -> None:
    driver = browse(story, width=width)
    evil_cell(driver).click()
    box = open_answers(driver)[0].rect
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_long_hostile_text_does_not_widen_the_page(browse: Open) -> None:
    driver = browse(hostile()["long"], width=400)
    driver.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 400


def test_nothing_is_asked_of_anybody_and_the_console_is_quiet(browse: Open) -> None:
    driver = browse(reports()["everything"])
    evil = driver.find_elements("css selector", "button.cell")[0]
    driver.execute_script("arguments[0].click()", evil)
    asked = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    assert [url for url in asked if not url.startswith("file:///")] == []
    assert len([url for url in asked if url.startswith("file:///")]) == 1
    assert driver.get_log("browser") == []


PWN = (
    "<script>window.__pwned = 1</script>",
    "\"><img src=x onerror='window.__pwned = 1'>",
    "' onfocus='window.__pwned = 1' autofocus='",
    "</script></style></title></textarea><svg onload='window.__pwned = 1'>",
    "javascript:window.__pwned = 1",
    "<iframe srcdoc='<script>parent.__pwned = 1</script>'></iframe>",
)


@pytest.mark.parametrize("attack", PWN)
def test_hostile_text_executes_nothing(browse: Open, attack: str) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    wild = bucket(attack, rule("GET", f"https://{attack}", attack, attack, id=attack), address=attack)
    report = compare(Snapshot(attack, (wild,)), Snapshot(attack))
    driver = browse(report)
    for button in driver.find_elements("css selector", "button.cell")[:5]:
        driver.execute_script("arguments[0].click()", button)
    assert driver.execute_script("return window.__pwned") is None
    with pytest.raises(NoAlertPresentException):
        _ = driver.switch_to.alert.text
    assert driver.find_elements("css selector", "img, iframe, object, embed, form, base, link") == []
    assert attack in driver.execute_script("return document.body.textContent")


@pytest.mark.parametrize("attack", ["script", "attribute", "end-of-script", "comment", "template", "javascript-link"])
def test_a_report_full_of_hostile_text_executes_nothing(browse: Open, attack: str) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    driver = browse(hostile()[attack])
    with pytest.raises(NoAlertPresentException):
        _ = driver.switch_to.alert.text
    assert driver.find_elements("css selector", "img, iframe, object, embed, form, base, link") == []
    assert len(driver.find_elements("css selector", "script")) == 1
    assert driver.get_log("browser") == []


def test_the_policy_of_the_page_lets_no_other_script_or_style_in(browse: Open, story: Report) -> None:
    driver = browse(story)
    driver.execute_script(
        """
        const script = document.createElement("script");
        script.textContent = "window.__pwned = 1";
        const image = document.createElement("img");
        image.src = "https://evil.example/x.png";
        document.body.append(script, image);
        document.body.setAttribute("style", "color: rgb(1, 2, 3)");
        """
    )
    assert driver.execute_script("return window.__pwned") is None
    assert driver.execute_script("return getComputedStyle(document.body).color") != "rgb(1, 2, 3)"
    told = " ".join(entry["message"] for entry in driver.get_log("browser"))
    assert "Content Security Policy" in told


def test_without_a_script_all_is_there_and_cells_open(browse: Open, story: Report) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = browse(story, scripts=False)
    assert len(shown_buckets(driver)) == 4
    assert not css(driver, "#filters").is_displayed()
    evil_cell(driver).click()
    assert "Allowed by rule 1" in open_answers(driver)[0].text
    press(driver, Keys.ESCAPE)
    assert open_answers(driver) == []
    css(driver, "#b4 > summary").click()
    assert css(driver, "#b4 table.grid").is_displayed()


def test_on_paper_filters_and_answers_are_left_out(browse: Open, story: Report) -> None:
    driver = browse(story)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not css(driver, "#filters").is_displayed()
        assert css(driver, "#b1 table.grid").is_displayed()
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
