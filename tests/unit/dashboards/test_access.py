"""Who acts: a login beats a proxy, a proxy beats a typed name, and neither is worked around."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import access


def _page() -> None:
    import streamlit as st

    from dashboards import access

    person = access.sidebar()
    st.text(f"{person.known_by}: {person.name}" if person else "nobody")


def told(monkeypatch: pytest.MonkeyPatch, user: dict[str, Any], headers: dict[str, str]) -> AppTest:
    class User(dict):
        __getattr__ = dict.__getitem__

    class Context:
        pass

    context = Context()
    context.headers = headers  # type: ignore[attr-defined]
    context.cookies = {}  # type: ignore[attr-defined]
    monkeypatch.setattr(access.st, "user", User(user))
    monkeypatch.setattr(access.st, "context", context)
    return AppTest.from_function(_page, default_timeout=120).run()


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("LOUPE_HOME", str(tmp_path))
    monkeypatch.delenv("LOUPE_USER_HEADER", raising=False)


def test_a_name_typed_once_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    page = told(monkeypatch, {}, {})
    assert page.text[0].value == "nobody"
    page.sidebar.text_input[0].set_value("  Ann  Archer ").run()
    assert page.text[0].value == "typed: Ann Archer"
    page.run()
    assert page.text[0].value == "typed: Ann Archer"


def test_a_proxy_that_says_nothing_lets_nobody_type_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOUPE_USER_HEADER", "X-Forwarded-User")
    page = told(monkeypatch, {}, {})
    assert page.text[0].value == "nobody" and not page.sidebar.text_input
    page = told(monkeypatch, {}, {"X-Forwarded-User": "ann@example.com"})
    assert page.text[0].value == "proxy: ann@example.com"


def test_a_header_nobody_configured_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = told(monkeypatch, {}, {"X-Forwarded-User": "eve"})
    assert page.text[0].value == "nobody"


def test_a_login_is_believed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOUPE_USER_HEADER", "X-Forwarded-User")
    headers = {"X-Forwarded-User": "eve"}
    page = told(monkeypatch, {"is_logged_in": False}, headers)
    assert page.text[0].value == "nobody" and page.sidebar.button[0].label == "Sign in"
    page = told(monkeypatch, {"is_logged_in": True, "name": "Ann", "email": "ann@x.com"}, headers)
    assert page.text[0].value == "login: ann@x.com"
