"""The language of whatever a person reads; what a model reads, tools and errors, stays English.

English is the key and loads nothing. Every folder with a `locale/` in it is a catalogue of its own for what lies in and
below it, named as the folder is. To add a text:

1. `_texts = Texts(__file__)` at the head of the module, by a name that ends in `texts`; then
   `_texts.text("{file} was written.", file=path)`, `_texts.ntext("{count} card", "{count} cards", count)`;
   `_texts.ptext("field", "Name")` tells one `Name` from another.
2. `mark("...")` and `pmark("field", "...")` mark what is only looked up elsewhere, as in a table of a module.
   `_texts.later("...", name=name)` is English that a person is told by `said`: for the messages and hints of errors.
   Help of commands is found by itself. In a page's script it is `text("...")`; in its HTML, `<h1 data-text>...</h1>`.
3. `make messages`, then write the Hungarian into `locale/hu/LC_MESSAGES/*.po`, then `make messages` again.
   `tests/crm_mcp/languages` fails while a message lacks its Hungarian, or one of its places.
"""

from crm_mcp.languages.choice import LANGUAGES, Language, current, known_language, use
from crm_mcp.languages.later import Later, said
from crm_mcp.languages.lists import all_of, any_of
from crm_mcp.languages.texts import Texts, mark, npmark, pmark

__all__ = [
    "LANGUAGES",
    "Language",
    "Later",
    "Texts",
    "all_of",
    "any_of",
    "current",
    "known_language",
    "mark",
    "npmark",
    "pmark",
    "said",
    "use",
]
