"""A reader in a real browser: goes to a page, waits until it stands, reads and clicks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

WAIT_MS = 60_000


class Walker:
    """One fresh browser session. `foreign` lists every request that left this machine."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._contexts = []
        self.foreign: list[str] = []
        self.page = self.fresh()

    def fresh(
        self,
        width: int = 1440,
        height: int = 900,
        scheme: Literal["light", "dark"] = "light",
    ) -> Page:
        """Another session, with nothing remembered."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            timezone_id="America/New_York",
            accept_downloads=True,
        )
        context.set_default_timeout(WAIT_MS)
        self._contexts.append(context)
        self.page = context.new_page()
        self.page.on("request", lambda request: self._note(request.url))
        return self.page

    def go(self, path: str) -> Page:
        self.page.goto(self._address + path)
        return self.stand()

    def stand(self) -> Page:
        """Wait until the script has run to its end and the page's own marker is there."""
        self.page.wait_for_selector('[data-lp^="drawn-"]', state="attached")
        self.page.wait_for_selector('.stApp[data-test-script-state="notRunning"]')
        self.page.wait_for_function("!document.querySelector('.stApp [data-stale=true]')")
        return self.page

    def text(self, selector: str) -> str:
        return re.sub(r"\s+", " ", self.page.locator(selector).first.inner_text()).strip()

    def overflow(self) -> int:
        """How many pixels of the page lie to the right of the window."""
        return self.page.evaluate(
            "() => { const main = document.querySelector('.stMain');"
            " return Math.max(main.scrollWidth - main.clientWidth,"
            " document.documentElement.scrollWidth - window.innerWidth); }"
        )

    def download(self, folder: Path) -> Path:
        with self.page.expect_download() as coming:
            self.page.get_by_role("button", name="Download to Excel").click()
        path = folder / coming.value.suggested_filename
        coming.value.save_as(path)
        return path

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _note(self, url: str) -> None:
        if not url.startswith(
            (self._address, "data:", "blob:", self._address.replace("http", "ws"))
        ):
            self.foreign.append(url)
