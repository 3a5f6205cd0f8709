"""What other databases have and SQLite has not, and what is written here instead. Pure data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm_mcp.languages import Later, Texts, mark
from crm_mcp.replica.planning.tokens import Token

_texts = Texts(__file__)
_STRFTIME = mark("strftime('%Y', x), with %m for the month, %d for the day, %H for the hour")
_MONTH = mark("strftime('%Y-%m', x) for a month, date(x, 'start of month') for its first day")
_SHIFT = "date(x, '-7 days'), date(x, '+1 month'), datetime(x, '-3 hours')"
_DAYS = mark("julianday(a) - julianday(b), which is in days")
_FIND = mark("instr(text, part), 0 where it is not there")
_PATTERN = mark("like with % and _, or glob with * and [0-9]")
_CASES = mark("iif(condition, a, b) or case when")
_JOINED_TEXTS = "group_concat(x, ', ')"
_PLACES = mark("substr(x, 1, 5) for the first, substr(x, -5) for the last characters")

FUNCTIONS = {
    **dict.fromkeys(("date_trunc", "trunc_date", "last_day", "eomonth"), _MONTH),
    **dict.fromkeys(
        ("year", "month", "day", "hour", "quarter", "date_part", "datepart", "extract", "weekday"), _STRFTIME
    ),
    **dict.fromkeys(("to_char", "date_format", "format_date", "dayname", "monthname"), _STRFTIME),
    **dict.fromkeys(("dateadd", "date_add", "date_sub", "adddate", "subdate", "interval", "add_months"), _SHIFT),
    **dict.fromkeys(("datediff", "date_diff", "age", "timestampdiff", "days_between"), _DAYS),
    **dict.fromkeys(("getdate", "sysdate", "localtime", "localtimestamp", "clock_timestamp"), "now()"),
    **dict.fromkeys(("curdate", "current_day"), "today()"),
    **dict.fromkeys(
        ("to_date", "str_to_date", "to_timestamp", "parse_date"), mark("the text itself, '2026-01-31': dates are texts")
    ),
    **dict.fromkeys(("regexp", "regexp_like", "regexp_matches", "rlike", "regexp_replace", "regexp_substr"), _PATTERN),
    **dict.fromkeys(("strpos", "charindex", "locate", "position", "contains"), _FIND),
    **dict.fromkeys(("starts_with", "startswith", "ends_with", "endswith"), mark("x like 'start%' or x like '%end'")),
    **dict.fromkeys(("left", "right", "mid"), _PLACES),
    **dict.fromkeys(("listagg", "array_agg", "wm_concat", "array_to_string"), _JOINED_TEXTS),
    **dict.fromkeys(("if", "decode", "choose"), _CASES),
    **dict.fromkeys(("nvl", "isnull"), "ifnull(x, other)"),
    **dict.fromkeys(("concat", "concat_ws"), "a || ' ' || b"),
    **dict.fromkeys(("countif", "count_if", "sumif"), "count(*) filter (where condition)"),
    **dict.fromkeys(
        ("percentile_cont", "percentile_disc", "percentile", "approx_quantiles"), mark("median(x), or ntile()")
    ),
    **dict.fromkeys(("unaccent", "remove_accents", "normalize"), "fold(x)"),
    **dict.fromkeys(
        ("try_cast", "safe_cast", "convert", "to_number", "int", "str"), mark("cast(x as integer), real or text")
    ),
    **dict.fromkeys(("lpad", "rpad"), mark("printf('%05d', x) or printf('%-10s', x)")),
    **dict.fromkeys(("split_part", "split", "string_split", "substring_index"), mark("substr() with instr()")),
    **dict.fromkeys(("stddev", "stdev", "stddev_pop", "variance"), mark("avg(x*x) - avg(x)*avg(x), the variance")),
    **dict.fromkeys(("json_tree", "json_array_elements", "unnest"), "json_each(x)"),
    "string_agg": _JOINED_TEXTS,
    "len": "length(x)",
    "char_length": "length(x)",
    "ucase": "upper(x)",
    "lcase": "lower(x)",
    "greatest": "max(a, b)",
    "least": "min(a, b)",
    "rand": "random()",
    "safe_divide": "a * 1.0 / nullif(b, 0)",
    "date_from_parts": "printf('%04d-%02d-%02d', y, m, d)",
    "datetime_trunc": _MONTH,
}
"""Functions of other databases: what to write instead."""

_TEXT = "''"


def _lacks(what: str, instead: str) -> str:
    return _texts.later(
        "SQLite has no {what}: write {instead}.", what=_texts.later(what), instead=_texts.later(instead)
    )


_SLIPS = (
    (r"\bselect (distinct )?top \(? ?\d", mark("SQLite has no TOP: write LIMIT 5 at the end.")),
    (
        r"\bilike\b",
        mark("SQLite has no ILIKE: like ignores the case of A-Z; for accents too, fold(name) like fold('%é%')."),
    ),
    (r"::", mark("SQLite has no ::type: write cast(x as integer), or date(x) for a date.")),
    (r"\binterval\b", _lacks("INTERVAL", _SHIFT)),
    (r"\bfetch (first|next)\b", mark("SQLite has no FETCH FIRST: write LIMIT 5.")),
    (r"\bextract \(", _lacks("EXTRACT", _STRFTIME)),
    (r"\bsimilar to\b|\brlike\b| ~ ", _lacks(mark("regular expressions"), _PATTERN)),
    (r"\b(left|right) \(", _lacks(mark("LEFT() and RIGHT()"), _PLACES)),
    (
        r"\bdistinct on\b",
        mark("SQLite has no DISTINCT ON: number the rows by row_number() over (partition by ...) and keep 1."),
    ),
    (
        r"\blateral\b|\bcross apply\b|\bouter apply\b",
        mark("SQLite has no LATERAL: use a subquery in the SELECT, or json_each()."),
    ),
    (r"\bqualify\b", mark("SQLite has no QUALIFY: filter the window's value in an outer SELECT.")),
    (r"\b(un)?pivot\b", mark("SQLite has no PIVOT: write sum(iif(condition, x, 0)) for each column.")),
    (r"\bposition \(", _lacks("POSITION", _FIND)),
    (r"\bsubstring \([^()]*\bfrom\b", _lacks("SUBSTRING ... FROM", _PLACES)),
    (r"\b(date|timestamp|datetime) ''", mark("Write the date as a plain text: '2026-01-31'.")),
    (r"\bwithin group\b", mark("SQLite has no WITHIN GROUP: median(x) is the middle value.")),
    (
        r"\bgroup_concat \([^()]*\b(order by|separator)\b",
        mark("Order the rows in a subquery, and write group_concat(x, ', ')."),
    ),
    (r"\bstring_agg \([^()]*\border by\b", mark("Order the rows in a subquery first.")),
    (
        r"\b(with|group by) ?\(? ?rollup\b|\bgrouping sets\b|\brollup \(|\bcube \(",
        mark("SQLite has no ROLLUP: use UNION ALL."),
    ),
    (r"\bexcept \(|\* exclude\b", mark("SQLite has no * EXCEPT: name the columns.")),
    (r"\bany \(|\ball \(", mark("SQLite has no ANY or ALL: write x in (select ...).")),
    (r"\bfor update\b", mark("A query only reads: leave FOR UPDATE out.")),
    (r"\binto\b", mark("A query only reads: leave INTO out.")),
    (r"^(?!.*\blimit\b).*\boffset\b", mark("OFFSET stands behind LIMIT: LIMIT 10 OFFSET 20.")),
    (r"\bat time zone\b", mark("Dates are in the account's time zone already.")),
    (r"\b(full|right) (outer )?join\b", mark("This SQLite may lack RIGHT and FULL JOIN: turn it into a LEFT JOIN.")),
)
_PATTERNS = tuple((re.compile(pattern), sentence) for pattern, sentence in _SLIPS)


def slip(tokens: Sequence[Token]) -> str:
    """Return what is written here instead of what another database would take; empty where nothing is known."""
    text = " ".join(_TEXT if token.kind == "text" else token.text.lower() for token in tokens)
    return next((_said(sentence) for pattern, sentence in _PATTERNS if pattern.search(text)), "")


def _said(sentence: str) -> str:
    return sentence if isinstance(sentence, Later) else _texts.later(sentence)
