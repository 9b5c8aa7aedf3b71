"""Drawings that the page refers to: one sprite, its strokes in the colour of the text around."""

from __future__ import annotations

from drift.reporters.html_markup import Markup, tag

_PATHS = {
    "i-bad": "M8 1.8 15 14H1L8 1.8ZM8 6.2v3.6M8 11.7v.4",
    "i-open": "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6.2 6.2A1.8 1.8 0 1 1 8 8.1v1M8 11.3v.4",
    "i-good": "M2.5 8.6 6.2 12.2 13.5 4.2",
    "i-accepted": "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5 8.2 7.2 10.4 11 6",
    "i-key": "M7.8 8a3.1 3.1 0 1 1-6.2 0 3.1 3.1 0 0 1 6.2 0ZM7.8 8h6.7v3M11.4 8v2.4",
    "i-eye": (
        "M1.3 8S3.8 3.6 8 3.6 14.7 8 14.7 8 12.2 12.4 8 12.4 1.3 8 1.3 8Z"
        "M8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6Z"
    ),
    "i-clock": "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 4.6V8l2.4 1.6",
    "i-open-mark": "M5.6 5.8A2.4 2.4 0 1 1 8 8.4v1.5M8 12.6v.3",
    "g-allowed": "M3 8.5 6.5 12 13 4.5",
    "g-refused": "M6 8h4",
    "g-wider": "M8 2.5v11M2.5 8h11",
    "g-narrower": "M2.5 8h11",
    "g-mixed": "M3 5.5h10M3 10.5h10M10.5 2.5l-5 11",
    "g-unknown": "M5.4 5.6A2.6 2.6 0 1 1 8 8.4v1.4M8 12.7v.3",
}


def sprite() -> Markup:
    """All drawings, to be used by their ids."""
    symbols = [tag("symbol", tag("path", d=path), id=name, viewBox="0 0 16 16") for name, path in _PATHS.items()]
    return tag("svg", symbols, class_="sprite", aria_hidden="true", focusable="false")
