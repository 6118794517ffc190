"""Who acts: signed in with Streamlit's own login, else told by a proxy, else a name typed once.

Where a login or a proxy is configured, nobody acts under a typed name. A typed name is on trust:
it tells people apart, it does not keep them out (README, “What people decide”).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import streamlit as st

from dashboards.knobs import knob
from dashboards.warehouse import home_folder

# A claim that stays with one person comes before a name that two may share.
_CLAIMS = ("email", "preferred_username", "name", "sub")
_TYPED = "typed_name"
_BOX = "who_acts"
LONGEST_NAME = 200
COOKIE = "loupe_name"


@dataclass(frozen=True)
class Person:
    """Somebody who may act, and how they are known: login, proxy or typed."""

    name: str
    known_by: str


def who(home: Path | None = None) -> Person | None:
    """The person at this screen; None as long as nobody said. Raises KnobError."""
    if "is_logged_in" in st.user:
        if not st.user.is_logged_in:
            return None
        claims = (st.user.get(claim) for claim in _CLAIMS)
        return _person(next((c for c in claims if isinstance(c, str) and c.strip()), ""), "login")
    header = knob(home or home_folder(), "user_header")
    if header:
        return _person(st.context.headers.get(header) or "", "proxy")
    # A button may be pressed before the page has drawn itself again and put the name aside.
    return _person(st.session_state.get(_BOX, st.session_state.get(_TYPED)) or "", "typed")


def asked(home: Path | None = None) -> Person | None:
    """Show here who acts, and let them say so where that is theirs to say."""
    home = home or home_folder()
    if "is_logged_in" not in st.user and not knob(home, "user_header"):
        # The box is forgotten on pages without it; the name is kept beside it, and in the browser
        # until it is closed, since a link opens a new session.
        remembered = unquote(st.context.cookies.get(COOKIE, ""))
        typed = st.text_input(
            "Your name",
            value=st.session_state.get(_TYPED, remembered),
            key=_BOX,
            max_chars=LONGEST_NAME,
            help="Kept with everything you decide here.",
        )
        st.session_state[_TYPED] = typed
        if typed != remembered:
            st.html(_remember(typed), unsafe_allow_javascript=True)
    person = who(home)
    if person is not None and person.known_by != "typed":
        st.caption(f"Signed in as {person.name}")
    elif person is None and "is_logged_in" in st.user:
        st.button("Sign in", on_click=st.login, key="sign_in")
    elif person is None and knob(home, "user_header"):
        st.caption("The proxy in front of Loupe did not say who you are: you can look, not act.")
    return person


def sidebar(home: Path | None = None) -> Person | None:
    """The same in the sidebar."""
    with st.sidebar:
        return asked(home)


def _remember(name: str) -> str:
    """A script that keeps the name in the browser; quoting leaves nothing to break out with."""
    kept = quote(name, safe="")
    return f'<script>document.cookie = "{COOKIE}={kept}; path=/; SameSite=Strict";</script>'


def _person(name: str, known_by: str) -> Person | None:
    name = " ".join(name.split())[:LONGEST_NAME]
    return Person(name, known_by) if name else None
