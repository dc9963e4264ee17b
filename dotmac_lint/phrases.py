"""Phrases that the sentences of many rules share."""

from collections.abc import Sequence, Sized


def listed(words: Sequence[str], last: str = "and", most: int | None = None) -> str:
    """The words as a sentence has them: "`a`, `b` and `c`"; of more than `most` the first ones, and how many more."""
    if most is not None and len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def and_more(others: Sized) -> str:
    """What a sentence that names one of several says of the `others`: " (and 2 more)"; nothing where none is."""
    return f" (and {len(others)} more)" if others else ""


def did_you_mean(*names: str | None) -> str:
    """The question behind a sentence; nothing where no name may be meant."""
    near = [f"`{name}`" for name in names if name]
    return f" Did you mean {' or '.join(near)}?" if near else ""


def named(name: str, near: str | None) -> str:
    """One of a list, and what may be meant."""
    return f"`{name}` (`{near}`?)" if near else f"`{name}`"
