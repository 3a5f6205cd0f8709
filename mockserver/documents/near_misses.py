"""Near misses: the known names that an unknown one most probably stands for."""

from __future__ import annotations

from collections.abc import Iterable


def find_near_misses(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that `name` most probably stands for, the likeliest first, at most three."""
    from difflib import get_close_matches  # only needed on refusals, so it is not part of every start

    folded = {candidate.casefold(): candidate for candidate in known}
    return [folded[match] for match in get_close_matches(name.casefold()[:100], folded, n=3, cutoff=0.6)]


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "x"?` for the likeliest names, or nothing where none is near."""
    quoted = [f'"{match}"' for match in find_near_misses(name, known)]
    return f" Did you mean {' or '.join(quoted)}?" if quoted else ""
