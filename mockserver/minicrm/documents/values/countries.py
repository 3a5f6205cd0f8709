"""Countries: the addresses of contacts have names, documents have dialling codes, and writing takes either or a code.

That a CountryId is a dialling code is observed in two samples (grade B); the table itself is assumed.
"""

from __future__ import annotations

_COUNTRIES = (
    ("36", "HU", "Hungary", "Magyarország"),
    ("40", "RO", "Romania", "Románia"),
    ("43", "AT", "Austria", "Ausztria"),
    ("49", "DE", "Germany", "Németország"),
    ("44", "GB", "United Kingdom", "Egyesült Királyság"),
    ("45", "DK", "Denmark", "Dánia"),
    ("33", "FR", "France", "Franciaország"),
    ("421", "SK", "Slovakia", "Szlovákia"),
    ("420", "CZ", "Czech Republic", "Csehország"),
    ("48", "PL", "Poland", "Lengyelország"),
    ("39", "IT", "Italy", "Olaszország"),
    ("34", "ES", "Spain", "Spanyolország"),
    ("31", "NL", "Netherlands", "Hollandia"),
    ("32", "BE", "Belgium", "Belgium"),
    ("41", "CH", "Switzerland", "Svájc"),
    ("385", "HR", "Croatia", "Horvátország"),
    ("381", "RS", "Serbia", "Szerbia"),
    ("386", "SI", "Slovenia", "Szlovénia"),
    ("380", "UA", "Ukraine", "Ukrajna"),
    ("1", "US", "United States", "Egyesült Államok"),
)
_DIALLING = {word.casefold(): row[0] for row in _COUNTRIES for word in row}
_NAMES = {row[0]: row[2] for row in _COUNTRIES}


def find_dialling_code(country: str) -> str:
    """Return the dialling code of a country by its name, code or dialling code; of an unknown one, what was given."""
    return _DIALLING.get(country.strip().casefold(), country.strip())


def find_country_name(dialling_code: str) -> str:
    """Return the name of a country as addresses have it; of an unknown dialling code, what was given."""
    return _NAMES.get(dialling_code, dialling_code)
