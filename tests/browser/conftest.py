"""A browser for tests: Debian's chromium and chromedriver by way of selenium; without them the tests are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drift.report import Report
from drift.reporters.html import write_report

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
)

Open = Callable[..., Any]
"""Opens a report in the browser: ``browse(report, fragment="", width=1280, dark=False, scripts=True)``."""


def missing() -> str | None:
    """What is not here to open a page in a browser; None if all is."""
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            return f"there is no {program} (Debian: apt-get install chromium chromium-driver)"
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "there is no selenium (pip install selenium)"
    return None


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for all tests of a session, ended with it."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    found.set_page_load_timeout(60)
    try:
        yield found
    finally:
        found.quit()


@pytest.fixture
def browse(driver: Any, tmp_path: Path) -> Open:
    """Writes a report into a file of its own and opens it; returns the browser."""

    def opened(
        report: Report, fragment: str = "", *, width: int = 1280, dark: bool = False, scripts: bool = True
    ) -> Any:
        page = tmp_path / f"report-{len(list(tmp_path.iterdir()))}.html"
        with page.open("w", encoding="utf-8") as stream:
            write_report(report, stream)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        driver.get("about:blank")
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        for kind in ("browser", "performance"):
            driver.get_log(kind)
        driver.get(page.as_uri() + fragment)
        return driver

    return opened
