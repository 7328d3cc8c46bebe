"""How figures are said in English, in all the ways that people say them."""

from __future__ import annotations

import re

Reading = tuple[str, ...]
"""Spoken words, lower case; ``a.`` to ``z.`` are names of letters."""

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_CURRENCIES = {
    "$": ("dollar", "cent"),
    "€": ("euro", "cent"),
    "£": ("pound", "penny"),
    "¥": ("yen", "sen"),
    "₹": ("rupee", "paisa"),
}
_SUFFIXES = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion", "t": "trillion"}
_UNITS = {
    "%": ("percent",),
    "°": ("degrees",),
    "°c": ("degrees", "celsius"),
    "°f": ("degrees", "fahrenheit"),
    "am": ("a.", "m."),
    "pm": ("p.", "m."),
    "km": ("kilometers",),
    "kg": ("kilograms",),
    "cm": ("centimeters",),
    "mm": ("millimeters",),
    "mph": ("miles", "per", "hour"),
    "ft": ("feet",),
    "lb": ("pounds",),
    "lbs": ("pounds",),
    "hr": ("hours",),
    "hrs": ("hours",),
    "min": ("minutes",),
    "mins": ("minutes",),
    "x": ("times",),
    "+": ("plus",),
}
_NUMBER = re.compile(
    r"(?P<currency>[$€£¥₹])?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?:\.(?P<part>\d+))?(?P<suffix>\D*)"
)


def figure_readings(text: str) -> list[Reading]:
    """Ways to say a number, price, ordinal, decade, time, fraction or range, in lower case.

    Empty for anything else that holds figures, like ``b2b``.
    """
    for pattern, read in _FIGURES:
        match = pattern.fullmatch(text)
        if match:
            return read(match)
    match = _NUMBER.fullmatch(text)
    if match and (match["whole"] or match["part"]):
        return _read_number(match)
    return []


def _read_number(match: re.Match[str]) -> list[Reading]:
    whole = (match["whole"] or "0").replace(",", "")
    suffix = match["suffix"].strip("-")
    money = _CURRENCIES.get(match["currency"] or "")
    if suffix and suffix not in _UNITS and suffix not in _SUFFIXES:
        return []
    said = _read_money_parts(whole, match["part"], money) if money else []
    plain = _cardinals(whole, grouped="," in (match["whole"] or ""), year=not (money or suffix))
    if match["part"]:
        digits = tuple(_ONES[int(digit)] for digit in match["part"])
        plain = [(*number, "point", *digits) for number in plain[:2]]
        if not int(whole):
            plain.append(("point", *digits))
    scale = (_SUFFIXES[suffix],) if suffix in _SUFFIXES and (money or suffix != "m") else ()
    unit = _UNITS.get(suffix, ())
    letters = tuple(f"{letter}." for letter in suffix if letter.isalpha())
    if money:
        after = [(*number, *scale, f"{money[0]}s") for number in plain]
        # Voices of machines tend to say the sign where it stands.
        before = [(money[0], *number, *scale) for number in plain[:1]]
        return [*said, *after[:6], *plain[:1], *before]
    read = [(*number, *scale, *unit) for number in plain]
    return [*read, *((*number, *letters) for number in plain[:2])] if suffix else read


def _read_money_parts(whole: str, part: str | None, money: tuple[str, str]) -> list[Reading]:
    """``$1.50`` as "one dollar fifty"."""
    unit = money[0] if int(whole) == 1 else f"{money[0]}s"
    if part is None:
        return [("one", unit), ("a", unit)] if int(whole) == 1 else []
    if len(part) != 2:
        return []
    cents = _below_thousand(int(part))
    number = _cardinal(int(whole))
    if not int(part):
        return [(*number, unit)]
    return [
        (*number, unit, *cents),
        (*number, *cents),
        (*number, unit, "and", *cents, f"{money[1]}s"),
    ]


def _below_thousand(number: int) -> Reading:
    hundreds, rest = divmod(number, 100)
    words: list[str] = [_ONES[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        words.append(_TENS[rest // 10])
        rest %= 10
        if rest:
            words.append(_ONES[rest])
    elif rest or not words:
        words.append(_ONES[rest])
    return tuple(words)


def _cardinal(number: int) -> Reading:
    words: list[str] = []
    for size, name in _SCALES:
        if number >= size:
            words += [*_cardinal(number // size), name]
            number %= size
    if number or not words:
        words += _below_thousand(number)
    return tuple(words)


def _cardinals(digits: str, *, grouped: bool, year: bool) -> list[Reading]:
    """A whole number; also as a year, in pairs, and digit by digit where people do that."""
    number = int(digits)
    if len(digits) > 15:
        return [tuple(_ONES[int(digit)] for digit in digits)]
    main = _cardinal(number)
    found = [main]
    with_and = _with_and(number)
    if with_and != main:
        found.append(with_and)
    if main[:1] == ("one",) and len(main) > 1:
        found.append(("a", *main[1:]))
    if grouped or len(digits) < 3:
        return [*found, tuple(_ONES[int(digit)] for digit in digits)] if digits[0] == "0" else found
    if len(digits) <= 4:
        pairs = _in_pairs(digits)
        is_year = year and 1100 <= number < 2100
        found = [*pairs, *found] if is_year else [*found, *pairs]
    singly = tuple(_ONES[int(digit)] for digit in digits)
    return [*found, singly, tuple("oh" if word == "zero" else word for word in singly)]


def _with_and(number: int) -> Reading:
    """British habit: "one hundred and five"."""
    upper, rest = divmod(number, 100)
    if not upper or not rest:
        return _cardinal(number)
    return (*_cardinal(upper * 100), "and", *_below_thousand(rest))


def _in_pairs(digits: str) -> list[Reading]:
    """``1999`` as "nineteen ninety nine", ``747`` as "seven forty seven"."""
    upper, lower = _cardinal(int(digits[:-2])), int(digits[-2:])
    hundreds = [(*upper, "hundred")] if int(digits[:-2]) % 10 else []
    if lower == 0:
        return hundreds
    rest = ("oh", _ONES[lower]) if lower < 10 else _cardinal(lower)
    full = [(*hundred, *_cardinal(lower)) for hundred in hundreds if len(digits) == 4]
    return [(*upper, *rest), *full]


def _ordinal(words: Reading) -> Reading:
    last = words[-1]
    if last in _ORDINALS:
        said = _ORDINALS[last]
    else:
        said = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return (*words[:-1], said)


def _plural(words: Reading) -> Reading:
    last = words[-1]
    said = f"{last[:-1]}ies" if last.endswith("y") else f"{last}s"
    return (*words[:-1], said)


def _read_ordinal(match: re.Match[str]) -> list[Reading]:
    digits = match[1].replace(",", "")
    return [_ordinal(reading) for reading in _cardinals(digits, grouped=True, year=False)]


def _read_plural(match: re.Match[str]) -> list[Reading]:
    return [_plural(reading) for reading in _cardinals(match[1], grouped=False, year=True)[:3]]


def _read_time(match: re.Match[str]) -> list[Reading]:
    hour = _cardinal(int(match[1]))
    minute = int(match[2])
    half_day = tuple(f"{letter}." for letter in (match[3] or "") if letter in "apm")
    if not minute:
        return [(*hour, *half_day), (*hour, "o'clock", *half_day), (*hour, "hundred")]
    said = ("oh", _ONES[minute]) if minute < 10 else _cardinal(minute)
    return [(*hour, *said, *half_day)]


def _read_range(match: re.Match[str]) -> list[Reading]:
    first, last = figure_readings(match[1]), figure_readings(match[2])
    return [
        *((*low, "to", *high) for low in first[:2] for high in last[:2]),
        *((*low, *high) for low in first[:1] for high in last[:2]),
    ]


def _read_fraction(match: re.Match[str]) -> list[Reading]:
    over, under = int(match[1]), int(match[2])
    if (over, under) == (24, 7):
        return [("twenty", "four", "seven")]
    name = {2: ("half",), 4: ("quarter",)}.get(under) or _ordinal(_cardinal(under))
    said = (*_cardinal(over), *(name if over == 1 else _plural(name)))
    found = [said, (*_cardinal(over), "over", *_cardinal(under))]
    found.append((*_cardinal(over), *_cardinal(under)))
    return [("a", *name), *found] if over == 1 else found


def _read_hashed(match: re.Match[str]) -> list[Reading]:
    return [
        *(("number", *reading) for reading in figure_readings(match[1])[:3]),
        *(("hashtag", *reading) for reading in figure_readings(match[1])[:2]),
    ]


_FIGURES = (
    (re.compile(r"(\d+(?:,\d{3})*)(?:st|nd|rd|th)"), _read_ordinal),
    (re.compile(r"'?(\d{1,4})'?s"), _read_plural),
    (re.compile(r"(\d{1,2}):(\d{2})([ap]\.?m\.?)?"), _read_time),
    (re.compile(r"(\d{1,3})/(\d{1,3})"), _read_fraction),
    (re.compile(r"([$€£]?\d[\d,.]*)[-–—]([$€£]?\d[\d,.]*[%kmb]?)"), _read_range),
    (re.compile(r"#(\d+)"), _read_hashed),
)
