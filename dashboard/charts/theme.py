"""One Altair theme for every chart; the colours of kinds and series in one dict."""

from __future__ import annotations

import altair as alt

INK = "#1c1e21"
SOFT = "#5b6169"
SERIES = {"planned": "#7a8594", "done": "#1565c0", "money": "#00796b", "late": "#c62828"}
LIGHTS = {
    "DONE": "#1565c0", "GOOD": "#2e7d32", "NOTICE": "#6a5acd", "WARN": "#f29f05",
    "BAD": "#c62828", "UNKNOWN": "#b6bac2",
}  # fmt: skip
"""The colours of the kinds of lights, as the style sheet has them."""
GROUPS = (
    "#1565c0", "#f29f05", "#00796b", "#8e5ea2", "#6d4c41", "#00a3c4", "#c2185b", "#7cb342",
    "#455a64", "#ef6c00", "#9e9d24", "#5c6bc0",
)  # fmt: skip
"""The colours of groups nobody gave a colour."""
REST, WASH = "#b6bac2", "#f5f6f7"
FONT = "Source Han Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"


@alt.theme.register("minsheng", enable=True)
def minsheng() -> alt.theme.ThemeConfig:
    """Calm axes, our font, no frame; the same for every chart."""
    axis = {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "gridColor": "#eef0f2",
        "domainColor": "#d9dce1",
        "tickColor": "#d9dce1",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": axis,  # type: ignore[typeddict-item]
            "legend": {
                "labelColor": INK,
                "title": None,
                "orient": "top",
                "labelFontSize": 12,
            },
            "text": {"color": INK, "fontSize": 12},
        }
    }
