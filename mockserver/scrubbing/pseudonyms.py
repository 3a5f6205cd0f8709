"""Stand-ins for words, numbers, dates and addresses: of the same shape, and always the same under one key.

Nothing is remembered: a stand-in follows from the key and the original alone, so that runs with one key agree. Who has
the key can test a guess, so it is a secret. Who has not cannot, whatever they know of how this works.

Words are made of letters that few names do without the others of (`_CONSONANTS`, `_VOWELS`): most originals cannot
come out by chance.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_ACCENTED = "áéíóöőúüű"

_LONGEST_PERMUTED = 24  # digits; what is longer is replaced in pieces of this length
_ROUNDS = 12
_SHORTEST_SHIFT_DAYS, _SHIFT_SPAN_DAYS = 400, 1600
_LOCAL_PART_LETTERS = 10
_HOST_LETTERS = 8
_DIGITS = re.compile(r"[0-9]+")
EMAIL_HOST = "example.com"


class Pseudonyms:
    """Stand-ins under one key, a secret of any length."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.blake2b(key, digest_size=32).digest()
        self._words: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._shift = dt.timedelta(days=_SHORTEST_SHIFT_DAYS + self._draw("shift", "", 0) % _SHIFT_SPAN_DAYS)

    def digest(self, kind: str, text: str) -> str:
        """Return 16 hexadecimal digits that stand for a text, and tell nothing about it."""
        return f"{self._draw(kind, text, 0):032x}"[:16]

    def word(self, word: str) -> str:
        """Replace each letter by a letter: capitals by capitals, letters beyond ASCII by accented ones.

        A word in other capitals has the same stand-in in those capitals.
        """
        if word not in self._words:
            self._words[word] = self._make_word(word)
        return self._words[word]

    def digits(self, text: str) -> str:
        """Replace the digits in a text, taken together, and leave what stands between them.

        Two different numbers of one length never have the same stand-in, and none stands for itself. Leading zeros
        stay.
        """
        digits = "".join(_DIGITS.findall(text))
        if digits not in self._numbers:
            self._numbers[digits] = self._make_number(digits)
        replaced = iter(self._numbers[digits])
        return _DIGITS.sub(lambda run: "".join(next(replaced) for _ in run[0]), text)

    def email(self, address: str) -> str:
        """Return an address at example.com; capitals in the original do not matter."""
        letters = self._letters("email", address.casefold())
        return f"{''.join(next(letters) for _ in range(_LOCAL_PART_LETTERS))}@{EMAIL_HOST}"

    def host(self, host: str) -> str:
        """Return a host below example.com."""
        letters = self._letters("host", host.casefold())
        return f"{''.join(next(letters) for _ in range(_HOST_LETTERS))}.{EMAIL_HOST}"

    def date(self, text: str) -> str | None:
        """Move an ISO date into the past by the key's number of days; None where it is no date."""
        try:
            date = dt.date.fromisoformat(text)
        except ValueError:
            return None
        try:
            return (date - self._shift).isoformat()
        except OverflowError:
            return (date + self._shift).isoformat()

    def _make_word(self, word: str) -> str:
        folded = word.casefold()
        for attempt in range(1000):
            made = self._dress(word, self._letters(f"word {attempt}", folded))
            if made.casefold() != folded:
                return made
        raise AssertionError("a keyed hash cannot draw the same word a thousand times")

    @staticmethod
    def _dress(word: str, letters: Iterator[str]) -> str:
        """Give drawn letters the capitals and accents of a word."""
        made: list[str] = []
        for original in word:
            letter = next(letters)
            if not original.isascii():
                letter = _ACCENTED[ord(letter) % len(_ACCENTED)]
            made.append(letter.upper() if original.isupper() else letter)
        return "".join(made)

    def _letters(self, kind: str, text: str) -> Iterator[str]:
        """Yield consonants and vowels in turn, as many as are wanted."""
        block = 0
        while True:
            drawn = self._draw(kind, text, block)
            for _ in range(10):
                drawn, consonant = divmod(drawn, len(_CONSONANTS))
                yield _CONSONANTS[consonant]
                drawn, vowel = divmod(drawn, len(_VOWELS))
                yield _VOWELS[vowel]
            block += 1

    def _make_number(self, digits: str) -> str:
        """Replace a number by another of the same length, one to one."""
        significant = digits.lstrip("0")
        pieces = [significant[at : at + _LONGEST_PERMUTED] for at in range(0, len(significant), _LONGEST_PERMUTED)]
        made = [self._permute(piece, is_first=at == 0) for at, piece in enumerate(pieces)]
        return "0" * (len(digits) - len(significant)) + "".join(made)

    def _permute(self, piece: str, *, is_first: bool) -> str:
        """Permute the numbers of one length, so that none stays where it is.

        A secret permutation, one step on in the order it makes, and the permutation back: a single cycle of all.
        """
        least = 10 ** (len(piece) - 1) if is_first else 0
        size = 10 ** len(piece) - least
        moved = (self._shuffle(int(piece) - least, size, is_back=False) + 1) % size
        return str(self._shuffle(moved, size, is_back=True) + least).zfill(len(piece))

    def _shuffle(self, number: int, size: int, *, is_back: bool) -> int:
        """Permute 0 to size - 1: a Feistel network over the next even power of two, walked until it ends below size."""
        half_bits = (size.bit_length() + 1) // 2
        while (number := self._mix(number, half_bits, is_back=is_back)) >= size:
            pass
        return number

    def _mix(self, number: int, half_bits: int, *, is_back: bool) -> int:
        """Permute all numbers of two halves, or back."""
        left, right = divmod(number, 1 << half_bits)
        for count in reversed(range(_ROUNDS)) if is_back else range(_ROUNDS):
            drawn = self._draw(f"round {half_bits}", str(left if is_back else right), count) % (1 << half_bits)
            left, right = (right ^ drawn, left) if is_back else (right, left ^ drawn)
        return (left << half_bits) | right

    def _draw(self, kind: str, text: str, count: int) -> int:
        """Return 128 bits that follow from the key, what they are for, and a text."""
        message = f"{kind}\0{count}\0{text}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(message, key=self._key, digest_size=16).digest())
