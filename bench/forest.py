"""A table of the size and make of UCI's Covertype: no package we know of carries the real one.

Like it: 10 whole numbers, 4 wilderness flags and 40 soil flags of which exactly one each is set, and 7 cover types in about the
published shares. Hillshades follow from slope and aspect by the shading formula of Horn 1981 ("Hill shading and the reflectance
map"), the cover type from elevation, wilderness, soil and the distance to water; all else is drawn. Not the real data: its scores
stand beside published ones for size and time only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

ROWS = 581_012
COVERS = ("spruce_fir", "lodgepole_pine", "ponderosa_pine", "cottonwood", "aspen", "douglas_fir", "krummholz")
SHARES = (0.365, 0.488, 0.062, 0.005, 0.016, 0.030, 0.035)
Floats = npt.NDArray[np.float64]


def forest(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """(rows, 55): 10 numbers, 44 flags of 0 and 1, and the cover type as a word."""
    area = rng.choice(4, rows, p=[0.449, 0.051, 0.436, 0.064])
    elevation = np.array([3020.0, 3330.0, 2930.0, 2330.0])[area] + np.array([190.0, 130.0, 260.0, 180.0])[area] * rng.standard_normal(rows)
    aspect = (rng.vonmises(0.6, 0.35, rows) % (2 * np.pi)) * 180 / np.pi
    slope = np.minimum(rng.gamma(3.4, 4.2, rows) * np.where(area == 3, 1.3, 1.0), 66.0)
    water = np.where(rng.random(rows) < 0.042, 0.0, rng.gamma(1.6, 170.0, rows))
    climb = water * rng.normal(0.17, 0.13, rows)
    roads = np.abs(elevation - 1700.0) * rng.beta(2.0, 2.4, rows) * np.where(area == 3, 0.9, 3.6)
    fires = np.clip(rng.gamma(2.3, 860.0, rows) + 0.25 * roads, 0.0, 7173.0)
    columns: dict[str, npt.NDArray[np.int64]] = {
        "elevation": _whole(elevation), "aspect": _whole(aspect), "slope": _whole(slope), "to_water": _whole(water),
        "above_water": _whole(climb), "to_roads": _whole(roads),
        **{f"shade_{hour}": _shade(slope, aspect, *sun) for hour, sun in {"9am": (135, 45), "noon": (180, 60), "3pm": (225, 45)}.items()},
        "to_fires": _whole(fires),
    }  # fmt: skip
    columns |= {f"wilderness_{place + 1}": (area == place).astype(np.int64) for place in range(4)}
    soil = _soil(elevation, slope, area, rng)
    columns |= {f"soil_{kind + 1}": (soil == kind).astype(np.int64) for kind in range(40)}
    frame = pd.DataFrame(columns)
    frame["cover"] = np.asarray(COVERS, dtype=object)[_cover(elevation, soil, water, area, rng)]
    return frame


def _whole(values: Floats) -> npt.NDArray[np.int64]:
    return np.rint(values).astype(np.int64)


def _shade(slope: Floats, aspect: Floats, azimuth: float, height: float) -> npt.NDArray[np.int64]:
    tilt, turn, zenith = np.radians(slope), np.radians(azimuth - aspect), np.radians(90 - height)
    return _whole(254 * np.clip(np.cos(zenith) * np.cos(tilt) + np.sin(zenith) * np.sin(tilt) * np.cos(turn), 0.0, 1.0))


def _soil(elevation: Floats, slope: Floats, area: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Kinds lie along the height; steep ground and wilderness shift them, and their widths make some rare."""
    height = elevation + 6 * slope + 40 * area + 160 * rng.standard_normal(len(elevation))
    edges = 3000 + 330 * np.tan(np.linspace(-1.25, 1.2, 39))
    return np.searchsorted(edges, height)


def _cover(
    elevation: Floats, soil: npt.NDArray[np.int64], water: Floats, area: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    best = np.array([3130.0, 2920.0, 2390.0, 2220.0, 2790.0, 2420.0, 3360.0])
    width = np.array([160.0, 180.0, 190.0, 100.0, 90.0, 180.0, 100.0])
    score = -0.5 * ((elevation[:, None] - best) / width) ** 2 + np.log(SHARES)
    score += 0.9 * np.sin(soil[:, None] * np.arange(1, 8) * 0.7) + 0.4 * (area[:, None] == np.array([0, 2, 3, 3, 2, 3, 1]))
    score -= np.outer(water / 400, np.array([0.0, 0.1, 0.3, 1.5, 0.2, 0.1, -0.2]))
    return np.asarray((score + rng.gumbel(size=score.shape)).argmax(axis=1), dtype=np.int64)
