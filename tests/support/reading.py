"""How easily a text reads: syllables, and two indices in use for English and for Spanish.

Syllables are counted by rule, so a word may be one off; a numeral counts a syllable for each digit.
"""

import re

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*%?")


def words(text: str) -> list[str]:
    """The words of a text; a numeral is one, and so is a compound with a hyphen."""
    return _WORD.findall(text)


def sentences(text: str) -> int:
    """How many sentences a text has; a decimal point ends none."""
    return max(len(_SENTENCE_END.findall(text)), 1)


def english_syllables(word: str) -> int:
    """Groups of vowels, without a silent e."""
    word = word.lower()
    digits = sum(letter.isdigit() for letter in word)
    letters = re.sub(r"[^a-z]", "", word)
    groups = len(re.findall(r"[aeiouy]+", letters))
    if re.search(r"[^aeiouyl]e$|[aeiouy]le$|[^aeioutdy]ed$|[^aeiouysxzcgh]es$", letters) and groups > 1:
        groups -= 1
    return digits + (max(groups, 1) if letters else 0)


def spanish_syllables(word: str) -> int:
    """Nuclei: a strong vowel with the weak ones around it, an accented weak vowel alone."""
    word = re.sub(r"(?<=q)u|(?<=g)u(?=[eéií])", "", word.lower())
    digits = sum(letter.isdigit() for letter in word)
    nuclei = re.findall(r"[iuü]?[aeoáéó](?:[iuü]|y(?![aeiouáéíóú]))?|[íú]|[iuü]+|y$", word)
    return digits + (max(len(nuclei), 1) if re.search(r"[^\W\d_]", word) else 0)


def flesch_kincaid(text: str) -> float:
    """The school grade that reads an English text with ease (Kincaid and others, 1975)."""
    found = words(text)
    syllables = sum(map(english_syllables, found))
    return 0.39 * len(found) / sentences(text) + 11.8 * syllables / len(found) - 15.59


def inflesz(text: str) -> float:
    """How easily a Spanish text reads, 0 to 100 (Szigriszt 1993): normal from 55, fairly easy from 65 (Barrio 2008)."""
    found = words(text)
    syllables = sum(map(spanish_syllables, found))
    return 206.835 - 62.3 * syllables / len(found) - len(found) / sentences(text)
