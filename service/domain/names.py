"""Names as they are compared: without capitals, accents, hyphens and the order of words, and with common short forms made one."""

import unicodedata
from collections.abc import Mapping
from typing import Any

_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d", "ı": "i", "ħ": "h"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "baby", "the", "known", "as", "aka", "nee", "of"})
# One line for one name: the first word stands for all of them. Short forms, and spellings of one name in our letters.
_SAME = """
alexander alex alexandra sandra sasha xander lexi
andrew andy drew
anthony tony antony
benjamin ben benji
catherine katherine kathryn kate katie kathy cathy katy catrin
charles charlie chas charlotte lottie
christopher chris christine christina tina
daniel dan danny danielle dani
david dave dafydd dai
edward ed eddie ted teddy
elizabeth liz lizzie beth betty eliza elisabeth libby
emily emma em emmie
frederick fred freddie freddy
george georgie georgia georgina
isabella isabel isabelle izzy bella
jacob jake
james jim jimmy jamie
jennifer jen jenny jenna
jessica jess jessie
john jack johnny jonathan jon sean ieuan
joseph joe joey yusuf yousef youssef yusef
joshua josh
katarzyna kasia
leonard leo lenny leon
louis lewis lou louie luis
matthew matt matty mateusz
michael mike mick mickey micky michal
mohammed muhammad mohamed mohammad muhammed mohamad mo
nathan nathaniel nate
nicholas nick nicky nicola nikki
oliver ollie olly olivia liv
patrick pat paddy patricia tricia
peter pete
philip phil phillip
rebecca becky becca bex
richard rick ricky dick richie
robert rob bob bobby robbie
samuel sam sammy samantha
stephen steven steve stevie stefan
stephanie steph
susan sue susie suzanne
theodore theo
thomas tom tommy tomos
timothy tim
victoria vicky vicki tori
william will bill billy liam wil gwilym
zachary zach zac zack zak
"""
_ONE = {short: line.split()[0] for line in _SAME.split("\n") if line for short in line.split()}


def words_in(name: object) -> tuple[str, ...]:
    """Return the words of a name as they are compared: `Siân O'Neil-Jones` has sian, oneil and jones."""
    if not isinstance(name, str):
        return ()
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    kept = "".join(each for each in plain if not unicodedata.combining(each) and each not in "'’‘`´")
    spaced = "".join(each if each.isalnum() else " " for each in kept)
    return tuple(word for word in spaced.split() if word not in _TITLES)


def folded(word: str) -> str:
    """Return the one word that stands for a name and its common short forms."""
    return _ONE.get(word, word)


def given_words(child: Mapping[str, Any]) -> frozenset[str]:
    """Return the given names of a child as they are compared, short forms made one."""
    return frozenset(folded(word) for word in words_in(child.get("given_names")))


def family_words(child: Mapping[str, Any]) -> frozenset[str]:
    """Return the family name of a child as it is compared, its parts and the whole."""
    return whole_and_parts(words_in(child.get("family_name")))


def whole_and_parts(words: tuple[str, ...]) -> frozenset[str]:
    """Return the words and, for a double name, the words written as one."""
    return frozenset((*words, "".join(words))) if words else frozenset()


def alias_words(child: Mapping[str, Any]) -> frozenset[str]:
    """Return every word of the other names of a child, short forms made one."""
    return frozenset(folded(word) for alias in child.get("aliases") or () for word in words_in(alias))
