"""Small line icons, as data URIs, so that clients can show tools without a network."""

from __future__ import annotations

import base64

_PATHS = {
    "tool": "M4 20l8-8M14 4a5 5 0 0 0 6 6l-5 5-6-6z",
    "generate": "M12 3v4M12 17v4M3 12h4M17 12h4M6 6l2.5 2.5M15.5 15.5 18 18M18 6l-2.5 2.5M8.5 15.5 6 18",
    "validate": "M12 3l7 3v6c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6zM9 12l2 2 4-4",
    "dataset": "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
    "job": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 3",
    "import": "M12 3v12M7 10l5 5 5-5M4 21h16",
}


def icon_data_uri(name: str) -> str:
    """The icon called `name` (the plain tool for an unknown one) as an SVG data URI."""
    path = _PATHS.get(name, _PATHS["tool"])
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="#5b6b7f" '
        f'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
