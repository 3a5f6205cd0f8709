"""Texts that are written from templates beside a package, in `texts/`: prompts, the files of the skill.

Whatever a template shows becomes a code span, unless a filter says what else it is. So a name out of a CRM that was
forgotten in a template is harmless.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from crm_mcp.rendering.markdown import code_span, one_line, sql_literal

if TYPE_CHECKING:
    from jinja2 import Environment


class Written(str):
    """Text that a template shows as it is."""

    __slots__ = ()


def render_text(template: str, *packages: str, **values: object) -> str:
    """Return the text of a template, looked for in each package's `texts/` in turn.

    In a template `x` is a code span, `x | own` our own text as it is, `x | line` one line of whatever it is, and
    `x | sql` a literal of SQL, where it is not our own text.
    """
    return _environment(packages).get_template(template).render(values)


def has_text(template: str, package: str) -> bool:
    """Tell whether a package has a template."""
    return template in _environment((package,)).list_templates()


@cache
def _environment(packages: tuple[str, ...]) -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined  # of no use before a text is asked for

    environment = Environment(
        autoescape=False,  # noqa: S701  # not HTML: `finalize` does for Markdown what it would do
        finalize=_neutral,
        loader=ChoiceLoader([PackageLoader(package, "texts") for package in packages]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"own": Written, "line": _line, "sql": _sql}
    return environment


def _neutral(value: object) -> str:
    return value if isinstance(value, Written) else code_span(str(value))


def _line(value: object) -> Written:
    return Written(one_line(str(value)))


def _sql(value: str | int) -> Written:
    return value if isinstance(value, Written) else Written(sql_literal(value))
