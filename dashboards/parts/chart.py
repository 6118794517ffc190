"""Charts as Vega-Lite: colours from the theme, dashes and points beside colour, words in `alt`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.parts import theme
from dashboards.questions.trend import Group, Period

LINES_SHOWN = 7
HEIGHT = 330


def _x(order: Sequence[str]) -> dict[str, Any]:
    return {
        "field": "period",
        "type": "ordinal",
        "sort": list(order),
        "axis": {"title": None, "labelAngle": -40 if len(order) > 16 else 0, "labelOverlap": True},
    }


def against_last_year(
    periods: Sequence[Period], name: str, number: str, middle: float | None, alt: str
) -> None:
    """This year as a line with points, last year dashed, the median as a thin rule."""
    order = [p.short for p in periods]
    rows = [
        {"period": p.short, "year": year, "value": float(value)}
        for p in periods
        for year, value in (("This year", p.value), ("Last year", p.before))
        if value is not None
    ]
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "line", "point": {"size": 45}, "strokeWidth": 2.2},
            "encoding": {
                "x": _x(order),
                "y": {
                    "field": "value",
                    "type": "quantitative",
                    "axis": {"title": name, "format": number, "tickCount": 5},
                    "scale": {"zero": True},
                },
                "color": {
                    "field": "year",
                    "type": "nominal",
                    "sort": ["This year", "Last year"],
                    "legend": {"title": None, "orient": "top"},
                },
                "strokeDash": {
                    "field": "year",
                    "type": "nominal",
                    "sort": ["This year", "Last year"],
                    "legend": None,
                },
                "tooltip": [
                    {"field": "period", "type": "ordinal", "title": "Period"},
                    {"field": "year", "type": "nominal", "title": "Year"},
                    {"field": "value", "type": "quantitative", "title": name, "format": number},
                ],
            },
        }
    ]
    if middle is not None and len(periods) > 2:
        layers.append(
            {
                "data": {"values": [{"middle": middle}]},
                "mark": {"type": "rule", "strokeDash": [2, 3], "color": theme.colour("grayColor")},
                "encoding": {"y": {"field": "middle", "type": "quantitative"}},
            }
        )
    _draw({"data": {"values": rows}, "layer": layers}, alt)


def by_group(
    periods: Sequence[Period], groups: Sequence[Group], name: str, number: str, alt: str
) -> None:
    """One line a group, for the largest few; each has its own colour, dash and point."""
    order = [p.short for p in periods]
    shown = groups[:LINES_SHOWN]
    rows = [
        {"period": label, "group": group.name, "value": float(value)}
        for group in shown
        for label, value in zip(order, group.series, strict=True)
        if value is not None
    ]
    names = [group.name for group in shown]
    kind = {"field": "group", "type": "nominal", "sort": names}
    legend = {"title": None, "orient": "top", "columns": 4, "labelLimit": 160}
    spec = {
        "data": {"values": rows},
        "mark": {"type": "line", "point": {"size": 40}, "strokeWidth": 2},
        "encoding": {
            "x": _x(order),
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": {"title": name, "format": number, "tickCount": 5},
            },
            "color": {**kind, "legend": legend},
            "shape": {**kind, "legend": legend},
            "strokeDash": {**kind, "legend": legend},
            "tooltip": [
                {"field": "group", "type": "nominal", "title": " "},
                {"field": "period", "type": "ordinal", "title": "Period"},
                {"field": "value", "type": "quantitative", "title": name, "format": number},
            ],
        },
    }
    _draw(spec, alt)


def _kinds(kinds: Mapping[str, str]) -> dict[str, Any]:
    """Colours of the theme's tones by the word they stand for."""
    scale = {"domain": list(kinds), "range": [theme.colour(f"{t}Color") for t in kinds.values()]}
    legend = {"title": None, "orient": "top"}
    return {"field": "kind", "type": "nominal", "scale": scale, "legend": legend}


def waterfall(
    bars: Sequence[Mapping[str, Any]], kinds: Mapping[str, str], name: str, alt: str
) -> None:
    """Bars that hang where the one before them ended: `step`, `kind`, `start`, `end`, `said`.

    `kinds` gives each word of `kind` its tone.
    """
    order = [bar["step"] for bar in bars]
    x = {"field": "step", "type": "ordinal", "sort": order}
    axis = {"title": None, "labelAngle": -30, "labelLimit": 150, "labelOverlap": False}
    y = {
        "field": "start",
        "type": "quantitative",
        "axis": {"title": name, "format": ",.0f", "tickCount": 5},
    }
    tooltip = [
        {"field": "step", "type": "nominal", "title": "Step"},
        {"field": "said", "type": "nominal", "title": name},
        {"field": "kind", "type": "nominal", "title": "Kind"},
    ]
    bar_layer = {
        "mark": {"type": "bar", "size": 34},
        "encoding": {
            "x": {**x, "axis": axis},
            "y": y,
            "y2": {"field": "end"},
            "color": _kinds(kinds),
            "tooltip": tooltip,
        },
    }
    labels = {
        "mark": {"type": "text", "dy": -7, "color": theme.colour("grayColor")},
        "encoding": {
            "x": x,
            "y": {"field": "top", "type": "quantitative"},
            "text": {"field": "said", "type": "nominal"},
        },
    }
    rows = [{**bar, "top": max(bar["start"], bar["end"])} for bar in bars]
    _draw({"data": {"values": rows}, "layer": [bar_layer, labels]}, alt)


def stacked(
    rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, str], name: str, alt: str
) -> None:
    """A pile a period, each part in the tone of its kind: `period`, `kind`, `value`."""
    spec = {
        "data": {"values": list(rows)},
        "mark": {"type": "bar"},
        "encoding": {
            "x": _x(list(dict.fromkeys(row["period"] for row in rows))),
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": {"title": name, "format": ",.0f", "tickCount": 5},
            },
            "color": _kinds(kinds),
            "tooltip": [
                {"field": "period", "type": "ordinal", "title": "Period"},
                {"field": "kind", "type": "nominal", "title": "Kind"},
                {"field": "value", "type": "quantitative", "title": name, "format": ",.2f"},
            ],
        },
    }
    _draw(spec, alt)


def marks(rows: Sequence[Mapping[str, Any]], name: str, alt: str) -> None:
    """A share by day, each event a point: `day` (ISO), `value`, and `said` for who hovers."""
    low = min((row["value"] for row in rows), default=0.0)
    spec = {
        "data": {"values": list(rows)},
        "mark": {"type": "line", "point": {"size": 60}, "strokeWidth": 2},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "axis": {"title": None, "format": "%d %b", "labelOverlap": True},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": {"title": name, "format": ".1%", "tickCount": 4},
                "scale": {"domain": [max(0.0, low - 0.02), 1.0]},
            },
            "tooltip": [
                {"field": "day", "type": "temporal", "title": "Counted on"},
                {"field": "said", "type": "nominal", "title": name},
            ],
        },
    }
    _draw(spec, alt, height=220)


def _draw(spec: dict[str, Any], alt: str, height: int = HEIGHT) -> None:
    st.vega_lite_chart({**spec, "height": height, "width": "container"}, alt=alt)
