"""Places on the ground: how far apart two of them are (WGS-84, as a phone gives them)."""

from __future__ import annotations

from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from dashboard.errors import Invalid
from dashboard.i18n import _

EARTH_M = 6_371_008.8


class Place(NamedTuple):
    """A point by latitude and longitude in degrees."""

    latitude: Decimal
    longitude: Decimal


def metres(one: Place, other: Place) -> int:
    """Give the distance over the ground (haversine), in whole metres."""
    north, east, north_2, east_2 = (radians(float(each)) for each in (*one, *other))
    half = sin((north_2 - north) / 2) ** 2
    half += cos(north) * cos(north_2) * sin((east_2 - east) / 2) ** 2
    return round(2 * EARTH_M * asin(min(1.0, sqrt(half))))


def place_of(latitude: Decimal | None, longitude: Decimal | None) -> Place | None:
    """Give the place of two columns, None where it is not known.

    Raises:
        Invalid: one of the two is missing, or they are no degrees.
    """
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        raise Invalid(_("纬度和经度应同时填写，或都留空。"))
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise Invalid(_("纬度应在 -90 至 90 之间，经度应在 -180 至 180 之间。"))
    return Place(latitude, longitude)
