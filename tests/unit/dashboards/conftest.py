"""One published home for all page tests, and pages run without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.warehouse import Published, Run
from tests.browser.published_home import PublishedHome, build

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> PublishedHome:
    return build(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def run(home: PublishedHome) -> Run:
    return Published(home.home).newest()


class Page:
    """One page as AppTest ran it: its widgets, and all its HTML as text."""

    def __init__(self, test: AppTest) -> None:
        self.test = test

    @property
    def html(self) -> str:
        return "\n".join(
            element.proto.body
            for element in _elements(self.test._tree)
            if getattr(element, "type", "") == "html"
        )

    @property
    def title(self) -> str:
        return self.test.title[0].value


def _elements(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        yield child
        yield from _elements(child)


@pytest.fixture
def open_page(home: PublishedHome, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Page]:
    """`open_page("files", show="refused")` runs that page with those parameters."""

    def opened(name: str = "today", at: Path | None = None, **params: str) -> Page:
        monkeypatch.setenv("LOUPE_HOME", str(at or home.home))
        # AppTest has no browser: what it says of one is a mock.
        monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {})
        test = AppTest.from_file(str(PROJECT / "dashboards" / "app.py"), default_timeout=120)
        for key, value in params.items():
            test.query_params[key] = value
        test.run()
        if name != "today":
            test.switch_page(f"views/{name}.py")
            for key, value in params.items():
                test.query_params[key] = value
            test.run()
        assert not test.exception, test.exception
        return Page(test)

    return opened
