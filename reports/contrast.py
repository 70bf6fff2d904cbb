"""Whether words can be read on a colour: the contrast of WCAG 2.2, and the nearest that will do."""

from __future__ import annotations

LEAST = 4.5
"""What words of ordinary size need (WCAG 2.2, 1.4.3)."""
WHITE = "#ffffff"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (#rrggbb), 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with a share (0 to 1) of another in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def darkened(colour: str, on: str = WHITE) -> str:
    """Return the colour, with as little black in it as it needs to be read on another."""
    steps = (mixed(colour, "#000000", share / 20) for share in range(20))
    return next((found for found in steps if contrast(found, on) >= LEAST), "#000000")


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))
