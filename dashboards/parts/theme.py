"""The colours of `.streamlit/config.toml`, for everything Streamlit does not draw itself.

Each token becomes a CSS variable holding both its light and its dark value: the browser picks, so
a page never has to be drawn again because somebody's screen went dark.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).resolve().parent.parent / ".streamlit" / "config.toml"
TONES = ("green", "blue", "yellow", "orange", "violet", "gray")


@cache
def theme() -> dict[str, Any]:
    """The `[theme]` table of the configuration."""
    return tomllib.loads(CONFIG.read_text("utf-8"))["theme"]


def colour(name: str, dark: bool = False) -> str:
    """One colour by its name in the configuration, such as `primaryColor`."""
    return theme()["dark" if dark else "light"][name]


def series(dark: bool) -> list[str]:
    """The colours of a chart's lines, in order."""
    return list(theme()["dark" if dark else "light"]["chartCategoricalColors"])


def _variables() -> str:
    named = {
        "ink": "textColor",
        "paper": "backgroundColor",
        "felt": "secondaryBackgroundColor",
        "rule": "borderColor",
        "gold": "primaryColor",
        "link": "linkColor",
        "soft": "grayTextColor",
    }
    for tone in TONES:
        named |= {
            tone: f"{tone}Color",
            f"{tone}-back": f"{tone}BackgroundColor",
            f"{tone}-text": f"{tone}TextColor",
        }
    return "".join(
        f"--{token}:light-dark({colour(name)},{colour(name, True)});"
        for token, name in named.items()
    )


@cache
def stylesheet() -> str:
    """The one stylesheet of all pages, as a style element."""
    tones = "".join(
        f".lp .{tone}{{color:var(--{tone}-text);background:var(--{tone}-back);"
        f"border-color:var(--{tone})}}"
        for tone in TONES
    )
    css = (Path(__file__).with_suffix(".css")).read_text("utf-8")
    return f"<style>.stApp{{{_variables()}}}{tones}{css}</style>"
