"""A summary as a PNG bar chart, for hosts that show no apps; drawn by matplotlib, which is an extra."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from mcp.server.apps import client_supports_apps
from mcp.types import CallToolResult, ImageContent

from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import CallContext

MOST_BARS = 20
"""Most bars of one chart."""
_BAR = "#2f6fde"


def check_can_draw(*, chart: bool) -> None:
    """Refuse a chart before any request is made for it.

    Raises:
        InputError: A chart is wanted, and the extra is not installed.
    """
    if chart and find_spec("matplotlib") is None:
        raise InputError(
            "This server cannot draw pictures.",
            hint="Leave chart out, or install crm-mcp-server[charts] beside it.",
        )


def with_chart(
    result: CallToolResult,
    context: CallContext,
    group_by: Sequence[str],
    measures: Sequence[str],
    *,
    order: Sequence[str] = (),
) -> CallToolResult:
    """Return a summary with a picture of its last measure, unless the host draws it by its app or there is nothing.

    Args:
        result: The summary.
        context: The call, which tells what the host draws.
        group_by: As they were given.
        measures: As they were given.
        order: The choices of the first key in the CRM's own order, such as the statuses of a pipeline.
    """
    answer: Mapping[str, Any] = result.structured_content or {}
    groups: Sequence[Mapping[str, Any]] = answer.get("groups", [])
    if not groups or client_supports_apps(context):
        return result
    measure = measures[-1].strip() if measures else "count"
    told, *keys = (_in_words(text) for text in (measure, *group_by))
    title = " by ".join(filter(None, [told[0].upper() + told[1:], ", ".join(keys)]))
    picture = draw_bars(in_order(groups, order), measure, title)
    image = ImageContent(data=base64.b64encode(picture).decode(), mime_type="image/png")
    return CallToolResult(content=[*result.content, image], structured_content=result.structured_content)


def in_order(groups: Sequence[Mapping[str, Any]], order: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """Return groups in the order of their first key's choices; those of none come last, as they were."""
    places = {label: at for at, label in enumerate(order)}
    return sorted(groups, key=lambda group: places.get(str(next(iter(group.values()), "")), len(places)))


def _in_words(text: str) -> str:
    """Return `sum:amount` as `sum of amount` and `month:created_date` likewise."""
    kind, _, field = (part.strip() for part in text.partition(":"))
    return f"{kind} of {field}" if field else kind


def draw_bars(groups: Sequence[Mapping[str, Any]], measure: str, title: str) -> bytes:
    """Draw one bar a group, the first on top, and return the PNG.

    Args:
        groups: The groups of a summary: keys as text, measures as numbers.
        measure: Which of the measures the bars show.
        title: What stands above; it is shown as it is, like all labels.
    """
    from matplotlib.figure import Figure

    shown = groups[:MOST_BARS]
    figure = Figure(figsize=(7, 1.1 + 0.34 * len(shown)), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    labels = [label_of(group) for group in shown]
    bars = axes.barh(range(len(shown)), [group.get(measure) or 0 for group in shown], color=_BAR)  # pyright: ignore[reportUnknownMemberType]  # untyped arrays
    axes.bar_label(bars, [f" {group.get(measure) or 0:,.10g}" for group in shown], parse_math=False)  # pyright: ignore[reportUnknownMemberType]
    axes.set_yticks(range(len(shown)), labels, parse_math=False)  # pyright: ignore[reportUnknownMemberType]
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_title(title, loc="left", parse_math=False)  # pyright: ignore[reportUnknownMemberType]
    axes.xaxis.set_visible(False)  # each bar says its number
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    picture = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a letter that the font lacks is drawn as a box
        figure.savefig(picture, format="png")  # pyright: ignore[reportUnknownMemberType]
    return picture.getvalue()


def label_of(group: Mapping[str, Any]) -> str:
    """Return the label of a group: its keys, without its measures."""
    keys = [str(value or "(none)")[:40] for value in group.values() if not isinstance(value, int | float)]
    return ", ".join(keys) or "all"
