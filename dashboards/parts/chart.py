"""Charts as Vega-Lite: colours from the theme, dashes and points beside colour, words in `alt`."""

from __future__ import annotations

from collections.abc import Sequence
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


def _draw(spec: dict[str, Any], alt: str) -> None:
    st.vega_lite_chart({**spec, "height": HEIGHT, "width": "container"}, alt=alt)
