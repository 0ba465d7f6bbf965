"""The page in a real browser: drawn, quiet, self-contained, and fit for a narrow screen."""

from __future__ import annotations

import base64
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from soilbio.report.build import build_page
from soilbio.report.page import write_page

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and "CI" not in os.environ,
    reason="chromium and chromedriver are not installed (apt-get install chromium-driver)",
)
WIDE, NARROW = 1200, 360
PATIENCE_S = 60
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver

    assert CHROMIUM, "chromium is not installed"
    assert DRIVER, "chromedriver is not installed"
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def file(page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report") / "report.html"
    write_page(page, target)
    return target


def open_page(browser: Any, file: Path, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(file.as_uri())
    end = time.monotonic() + PATIENCE_S
    while browser.execute_script("return document.documentElement.dataset.plots") != "drawn":
        assert time.monotonic() < end, browser.get_log("browser")
        time.sleep(0.05)


def plots_without_marks(browser: Any) -> list[str]:
    """Plots that hold no drawn bar, line, point or box."""
    return list(
        browser.execute_script(
            """
            const marks = ".barlayer path, .scatterlayer path, .boxlayer path";
            return [...document.querySelectorAll(".plot")]
              .filter(plot => ![...plot.querySelectorAll(marks)]
                .some(mark => mark.getBoundingClientRect().width > 1))
              .map(plot => plot.id);
            """
        )
    )


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_plot_is_drawn_without_a_word_on_the_console(browser, file, width):
    open_page(browser, file, width)
    plots = browser.execute_script("return document.querySelectorAll('.js-plotly-plot').length")
    assert plots == 15
    assert plots_without_marks(browser) == []
    assert browser.get_log("browser") == []


def test_nothing_is_asked_of_the_network(browser, file):
    open_page(browser, file, WIDE)
    requests = [
        entry["message"]
        for entry in browser.get_log("performance")
        if "Network.requestWillBeSent" in entry["message"]
    ]
    assert requests
    foreign = [text for text in requests if '"url":"http' in text or '"url":"ws' in text]
    assert foreign == []
    loaded = browser.execute_script("return performance.getEntriesByType('resource').length")
    assert loaded == 0


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_page_never_scrolls_sideways(browser, file, width):
    open_page(browser, file, width)
    inner, outer = browser.execute_script(
        "return [document.documentElement.scrollWidth, window.innerWidth]"
    )
    assert inner <= outer


def test_choosing_another_rank_draws_it_and_says_so(browser, file):
    open_page(browser, file, WIDE)
    before, after, shown = browser.execute_script(
        """
        const panel = document.getElementById("panel-composition");
        const names = () => [...panel.querySelectorAll(".legend li")].map(one => one.textContent);
        const before = names(), select = [...panel.querySelectorAll("select")]
          .find(one => [...one.options].some(option => option.text === "genus"));
        select.value = [...select.options].find(option => option.text === "genus").value;
        select.dispatchEvent(new Event("change", {bubbles: true}));
        return [before, names(), panel.querySelector(".shown").textContent];
        """
    )
    assert "Pseudomonadota" in before
    assert "Bradyrhizobium" in after
    assert "rank: genus" in shown
    assert plots_without_marks(browser) == []


def test_a_name_in_the_legend_hides_its_trace(browser, file):
    open_page(browser, file, WIDE)
    visible = browser.execute_script(
        """
        const plot = document.getElementById("plot-ordination");
        plot.parentElement.querySelector(".legend button").click();
        return plot.data.map(trace => trace.visible !== false);
        """
    )
    assert visible == [False, True]


def test_markup_in_data_stays_text_in_plots(browser, run, material):
    run.samples[0]["cur_land_use"] = "<img src=x onerror=alert(1)>"
    run.samples[1]["cur_land_use"] = "<script>alert(2)</script>"
    target = run.folder / "report.html"
    write_page(build_page(material(run.write_all(), closed=set())), target)
    open_page(browser, target, WIDE)
    text, images, scripts = browser.execute_script(
        """
        const figures = [...document.querySelectorAll("figure")];
        return [figures.map(one => one.textContent).join(" "),
                document.querySelectorAll("img").length,
                document.querySelectorAll("main script").length];
        """
    )
    assert "<img src=x" in text
    assert (images, scripts) == (0, 0)
    assert browser.get_log("browser") == []


def test_it_prints_with_plots_as_wide_as_the_paper(browser, file):
    open_page(browser, file, WIDE)
    browser.execute_script(
        "addEventListener('beforeprint', () => { window.widths = "
        "[...document.querySelectorAll('.plot svg.main-svg')].map(one => one.clientWidth) })"
    )
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
    widths = browser.execute_script("return window.widths")
    assert widths
    assert max(widths) <= 680


def test_settings_and_versions_are_on_paper_and_other_folded_tables_are_not(browser, file):
    open_page(browser, file, WIDE)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        heights, before, after = browser.execute_script(
            """
            const opened = () => document.querySelectorAll("details[open]").length;
            const before = opened();
            dispatchEvent(new Event("beforeprint"));
            const heights = Object.fromEntries([...document.querySelectorAll("details")].map(one =>
              [one.querySelector("summary").textContent,
               one.querySelector("tbody tr").getBoundingClientRect().height]));
            dispatchEvent(new Event("afterprint"));
            return [heights, before, opened()];
            """
        )
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    on_paper = {title for title, height in heights.items() if height > 5}
    assert on_paper == {"Settings in force", "Software"}
    assert len(heights) > 5
    assert (before, after) == (0, 0)
