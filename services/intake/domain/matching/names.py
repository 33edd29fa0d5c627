"""Names in the form in which they are compared, and how alike two of them are, from 0 to 1000."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

from services.intake.domain.matching import legal_forms, spelling, trades

_SMALL_WORDS: Final = "and und et y e of de der die das des la le los el van von the for fuer"
_NOISE: Final = frozenset(_SMALL_WORDS.split())
_LATIN_TITLES: Final = "mr mrs ms miss dr prof sir dame herr frau dipl ing mag jr sr phd md"
_TITLES: Final = frozenset(_LATIN_TITLES.split())
_HAN_TITLES: Final = ("先生", "女士", "小姐", "博士", "教授")
_MOST_WORDS: Final = 24
_MOST_INSIDE: Final = 6

_SISTER: Final = 400
_OTHER_TRADE: Final = 880
_INITIAL: Final = 850
_HOMOPHONE: Final = 750
_FOREIGN_NAME_MORE: Final = 870
_TRANSLITERATED: Final = 950
_SURNAME_ONLY: Final = 300
_OTHER_PLACE: Final = 400
_PLACE_MORE: Final = 930
_OTHER_WORD: Final = 500


@dataclass(frozen=True, slots=True)
class ComparedName:
    """A name as it is compared: its `words` in ASCII in the order written, its `han` characters where it has any.

    Of a company `words` and `han` are what distinguishes it: its `trades` and `numbers` are apart, and of a Chinese one
    the `places` that stand before its name, which are among its words only. `sound` is all words
    as one, which doesn't depend on where a name is spaced; `whole` is the same with the trades as they are written.
    """

    words: tuple[str, ...]
    han: str
    sound: str
    whole: str
    trades: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    @property
    def sorted_words(self) -> str:
        """The words in an order of their own, as one, plainly spelt."""
        return "".join(sorted(spelling.plain(word) for word in self.words))


def person_name(text: str) -> ComparedName | None:
    """Return the compared form of a person's name; None where nothing of it can be compared."""
    folded = spelling.folded(text)
    characters = spelling.han(folded)
    if len(characters) >= 2:
        for title in _HAN_TITLES:
            characters = characters.removesuffix(title) or characters
        # The family name comes first, and is one character for all but a few in a thousand.
        words: tuple[str, ...] = (spelling.sound(characters[:1]), spelling.sound(characters[1:]))
        whole = spelling.sound(characters)
        return ComparedName(tuple(filter(None, words)), characters, whole, whole)
    spelt = spelling.words(folded)[:_MOST_WORDS]
    words = tuple(word for word in spelt if word not in _TITLES) or spelt
    return ComparedName(words, "", "".join(words), "".join(words)) if words else None


def company_name(text: str) -> ComparedName | None:
    """Return the compared form of a company's name; None where nothing of it can be compared."""
    folded = spelling.folded(text)
    latin = spelling.words(spelling.without_han(folded))[:_MOST_WORDS]
    characters = spelling.han(folded)
    if characters:
        return _chinese(characters, latin)
    left = trades.joined(legal_forms.without_form(latin))
    found = frozenset(filter(None, map(trades.trade_of, left)))
    numbers = frozenset(word for word in left if word.isdigit())
    plain = tuple(word for word in left if word not in _NOISE and not word.isdigit() and not trades.trade_of(word))
    # A company that is called by nothing but its trade or a number is distinguished by these.
    words = plain or tuple(word for word in left if word not in _NOISE) or left
    if not words:
        return None
    return ComparedName(words, "", "".join(words), "".join(left), found, numbers)


def _chinese(characters: str, latin: Sequence[str]) -> ComparedName:
    name = legal_forms.without_han_form(characters)
    places, middle, found = trades.han_parts(name)
    words = tuple(spelling.sound(part) for part in (*places, middle) if part)
    numbers = frozenset(word for word in latin if word.isdigit())
    inside = "".join(word for word in legal_forms.without_form(tuple(latin)) if not word.isdigit())
    # A few Latin letters are part of a Chinese name; a whole name beside it says the same once more.
    if len(inside) > _MOST_INSIDE:
        inside = ""
    every = (*words, inside) if inside else words
    return ComparedName(
        words=every,
        han=(middle or name) + inside,
        sound="".join(every),
        whole=spelling.sound(name) + inside,
        trades=frozenset(found),
        numbers=numbers,
        places=frozenset(places),
    )


def company_likeness(one: ComparedName, other: ComparedName) -> int:
    """Return how alike two names of companies are.

    Another number, or trades that exclude each other, are other companies, however alike the rest is.
    """
    if one.numbers != other.numbers:
        return 0
    if bool(one.han) != bool(other.han) and _near(one.whole, other.whole, min(len(one.whole), len(other.whole)) // 12):
        return _TRANSLITERATED
    if one.whole == other.whole and not one.han:
        return 1000
    apart = one.trades ^ other.trades
    if one.trades - other.trades and other.trades - one.trades:
        return 0
    alike = _chinese_likeness(one, other) if one.han and other.han else _latin_likeness(one, other)
    if apart & trades.SISTERS:
        return min(alike, _SISTER)
    return alike * _OTHER_TRADE // 1000 if apart else alike


def person_likeness(one: ComparedName, other: ComparedName) -> int:
    """Return how alike two names of persons are: each given name counts as much as the family name."""
    if one.han and other.han:
        return _person_han_likeness(one, other)
    if one.han or other.han:
        return _transliterated(*((one, other) if one.han else (other, one)))
    if one.sorted_words == other.sorted_words or _near(one.sound, other.sound, 0) == 1000:
        return 1000
    pairs = _paired(one.words, other.words, takes_initials=True)
    left_of_one, left_of_other = len(one.words) - len(pairs), len(other.words) - len(pairs)
    if left_of_one and left_of_other:
        # A space more or less: `Anna Maria` and `Annamaria`.
        return max(_respaced(one, other), _SURNAME_ONLY if pairs else 0)
    if len(pairs) < 2:
        return _SURNAME_ONLY if pairs else 0
    average = sum(pairs) // len(pairs)
    return max(0, average - 60 * (left_of_one + left_of_other))


def _person_han_likeness(one: ComparedName, other: ComparedName) -> int:
    if one.han == other.han:
        return 1000
    if one.sound == other.sound:
        return _HOMOPHONE
    return _SURNAME_ONLY if one.han[0] == other.han[0] else 0


def _transliterated(chinese: ComparedName, latin: ComparedName) -> int:
    """Return how alike a Chinese name and one in Latin letters are, whichever of the latter's words comes first."""
    best = max(_near(chinese.sound, turn, 1) for turn in _turns(latin.words))
    if best:
        return _TRANSLITERATED if best == 1000 else best - 50
    # A foreign given name stands before or behind: `David Wang Xiaoming`.
    if any(chinese.sound in _turns(part) for part in (latin.words[1:], latin.words[:-1])):
        return _FOREIGN_NAME_MORE
    return _SURNAME_ONLY if chinese.words[0] in latin.words else 0


def _turns(words: Sequence[str]) -> list[str]:
    return ["".join((*words[place:], *words[:place])) for place in range(len(words))]


def _chinese_likeness(one: ComparedName, other: ComparedName) -> int:
    """Return how alike what distinguishes two Chinese companies is, and where they say that they are."""
    if one.places and other.places and not one.places & other.places:
        return _OTHER_PLACE
    alike = _han_likeness(one.han, other.han)
    return alike if one.places == other.places else alike * _PLACE_MORE // 1000


def _han_likeness(one: str, other: str) -> int:
    if one == other:
        return 1000
    # The two or three characters that most companies are called by leave no room for errors.
    edits = OSA.distance(one, other, score_cutoff=2)
    longer = max(len(one), len(other))
    return 0 if edits > longer // 4 else 1000 - 1000 * edits // longer


def _latin_likeness(one: ComparedName, other: ComparedName) -> int:
    if one.sound == other.sound or one.sorted_words == other.sorted_words:
        return 1000 if bool(one.han) == bool(other.han) else _TRANSLITERATED
    matched: list[int] = []
    pairs = _paired(one.words, other.words, letters=matched)
    left_of_one, left_of_other = len(one.words) - len(pairs), len(other.words) - len(pairs)
    if left_of_one and left_of_other:
        return _respaced(one, other)
    every = len(one.sound) + len(other.sound)
    likely = sum(alike * length for alike, length in zip(pairs, matched, strict=True)) // every
    # A word here and a trade there, which are as different as two words: `Blue Books`, and `Blue` whose trade is foods.
    if (left_of_one and other.trades - one.trades) or (left_of_other and one.trades - other.trades):
        likely = min(likely, _OTHER_WORD)
    return max(likely, _respaced(one, other))


def _respaced(one: ComparedName, other: ComparedName) -> int:
    """Return how alike two names are that are spaced in different ways, or written in two scripts."""
    allowed = max(len(one.sound), len(other.sound)) // 10
    return max(
        _near(one.sound, other.sound, allowed),
        _near(one.sorted_words, other.sorted_words, allowed) if len(one.words) == len(other.words) else 0,
    )


def _paired(
    one: Sequence[str], other: Sequence[str], *, takes_initials: bool = False, letters: list[int] | None = None
) -> list[int]:
    """Return how alike the words are that belong to each other; `letters` gets how many each pair has together."""
    left = list(other)
    found: list[int] = []
    # What is equal is paired first, so that nothing that is merely alike takes its place.
    ways = (_equal, _misspelt, _initial) if takes_initials else (_equal, _misspelt)
    waiting = list(one)
    for way in ways:
        rest = []
        for word in waiting:
            best, place = max(((way(word, each), place) for place, each in enumerate(left)), default=(0, 0))
            if best == 0:
                rest.append(word)
                continue
            found.append(best)
            if letters is not None:
                letters.append(len(word) + len(left[place]))
            del left[place]
        waiting = rest
    return found


def _equal(one: str, other: str) -> int:
    return 1000 if one == other or spelling.plain(one) == spelling.plain(other) else 0


def _misspelt(one: str, other: str) -> int:
    shorter = min(len(one), len(other))
    return _near(one, other, 0 if shorter < 3 else 1 if shorter < 7 else 2)


def _initial(one: str, other: str) -> int:
    return _INITIAL if 1 in (len(one), len(other)) and one[0] == other[0] else 0


def _near(one: str, other: str, edits: int) -> int:
    """Return how alike two words of at most so many slips of a pen are (optimal string alignment), 0 for others."""
    if not one or not other:
        return 0
    found = OSA.distance(one, other, score_cutoff=edits)
    return 0 if found > edits else 1000 - 1000 * found // max(len(one), len(other))
