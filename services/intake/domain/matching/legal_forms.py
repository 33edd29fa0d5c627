"""Legal forms as companies write them behind, or before, their names.

By country, from the statutes and the registers' own abbreviations (ISO 20275 lists the full names); written as
`spelling.words` leaves them. A form says nothing about who a company is: it is dropped, added and abbreviated at will.
"""

from collections.abc import Sequence
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.intake.domain.matching import spelling

BY_COUNTRY: Final[dict[str, tuple[str, ...]]] = {
    "*": ("corporation", "corp", "company", "co", "limited", "ltd", "incorporated", "inc", "group", "and co"),
    "US": ("llc", "llp", "lp", "pllc", "pc", "limited liability company", "limited partnership"),
    "GB": ("plc", "public limited company", "cic", "ltd co", "pty"),
    "AU": ("pty ltd", "proprietary limited", "pty limited"),
    "ZA": ("pty ltd", "cc", "soc ltd"),
    "IN": ("pvt ltd", "private limited", "pvt limited", "private ltd", "opc pvt ltd"),
    "SG": ("pte ltd", "pte limited", "private limited", "pte"),
    "MY": ("sdn bhd", "bhd", "berhad", "sendirian berhad"),
    "DE": (
        "gmbh", "ag", "kg", "ohg", "ug", "se", "kgaa", "gbr", "ek", "ev", "eg", "mbh", "gmbh and co kg", "gmbh co kg",
        "ug haftungsbeschraenkt", "ag and co kg", "gmbh and co kgaa",
        "se and co kgaa", "partg mbb",
        "gesellschaft mit beschraenkter haftung", "aktiengesellschaft", "kommanditgesellschaft", "gruppe",
    ),
    "AT": ("gesmbh", "ges mbh", "gesellschaft mbh", "og"),
    "CH": ("sa", "sarl", "sagl", "gmbh", "ag"),
    "FR": ("sa", "sas", "sasu", "sarl", "eurl", "snc", "sca", "scs", "sci", "societe anonyme", "et cie", "groupe",
           "societe par actions simplifiee", "societe a responsabilite limitee"),
    "ES": ("sa", "sl", "slu", "sau", "sll", "sociedad anonima", "sociedad limitada", "s en c"),
    "MX": ("sa de cv", "s de rl de cv", "sapi de cv", "sab de cv", "sc"),
    "PT": ("lda", "sa", "limitada", "unipessoal lda", "sgps"),
    "BR": ("ltda", "sa", "eireli", "epp", "limitada"),
    "IT": ("spa", "srl", "srls", "sas", "snc", "sapa", "scarl", "societa per azioni", "gruppo",
           "societa a responsabilita limitata"),
    "NL": ("bv", "nv", "vof", "cv", "besloten vennootschap", "naamloze vennootschap", "groep"),
    "BE": ("nv", "bv", "bvba", "sprl", "srl", "cvba", "scrl", "asbl", "vzw"),
    "LU": ("sarl", "sa", "scsp", "sca"),
    "DK": ("as", "aps", "ks", "aktieselskab", "anpartsselskab"),
    "SE": ("ab", "hb", "kb", "aktiebolag", "ab publ"),
    "NO": ("as", "asa", "ans", "aksjeselskap"),
    "FI": ("oy", "oyj", "ky", "ab", "osakeyhtio"),
    "IS": ("hf", "ehf", "ohf"),
    "PL": ("sp z oo", "spolka z oo", "spolka z ograniczona odpowiedzialnoscia", "sa", "spolka akcyjna", "sp j", "sp k",
           "sp z oo sp k", "psa", "sp z o o", "sp zoo"),
    "CZ": ("sro", "as", "spol s ro", "vos", "ks", "s r o", "a s"),
    "SK": ("sro", "as", "spol s ro"),
    "HU": ("kft", "zrt", "nyrt", "bt", "rt", "kkt"),
    "RO": ("srl", "sa", "pfa", "sca"),
    "BG": ("ood", "eood", "ad", "ead"),
    "HR": ("doo", "dd", "jdoo", "d o o"),
    "SI": ("doo", "dd"),
    "RS": ("doo", "ad"),
    "GR": ("ae", "epe", "ike", "oe", "sa"),
    "TR": ("as", "ltd sti", "anonim sirketi", "limited sirketi", "ltd sirketi", "sti"),
    "RU": ("ooo", "oao"),
    "UA": ("tov", "pat", "prat", "tzov"),
    "LT": ("uab", "ab", "mb"),
    "LV": ("sia", "as"),
    "EE": ("ou", "as", "oue"),
    "IL": ("bm",),
    "AE": ("fze", "fzco", "fz llc", "llc", "dmcc", "pjsc"),
    "SA": ("jsc", "cjsc"),
    "JP": ("kk", "kabushiki kaisha", "kabushiki gaisha", "gk", "godo kaisha", "yk", "co ltd"),
    "KR": ("co ltd", "jusik hoesa", "yuhan hoesa"),
    "ID": ("pt", "tbk", "cv", "persero"),
    "TH": ("pcl", "public company limited", "co ltd"),
    "VN": ("jsc", "cong ty", "tnhh", "co phan", "cong ty tnhh", "cong ty co phan"),
    "PH": ("opc", "inc"),
    "HK": ("ltd", "co ltd"),
    "CN": ("co ltd", "company limited", "gufen youxian gongsi", "youxian zeren gongsi", "youxian gongsi", "gongsi",
           "gufen gongsi", "jituan", "gufenyouxiangongsi", "youxianzerengongsi", "youxiangongsi", "zeren gongsi",
           "gu fen you xian gong si", "you xian gong si", "you xian ze ren gong si"),
}  # fmt: skip

HAN: Final = (
    "股份有限责任公司", "股份有限公司", "有限责任公司", "责任有限公司", "有限公司", "股份公司", "总公司",
    "公司", "集团", "集团股份", "合伙企业", "有限合伙", "普通合伙", "特殊普通合伙", "个人独资企业", "独资企业",
    "株式会社", "合同会社", "有限会社", "股份", "无限公司", "两合公司",
)  # fmt: skip
"""Behind Chinese and Japanese names, simplified."""


def _plain(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(spelling.plain(word) for word in words)


_LEAST_LETTERS: Final = 7
_TRAILING: Final = frozenset(_plain(form.split()) for forms in BY_COUNTRY.values() for form in forms)
_LEADING: Final = frozenset(
    _plain(form.split())
    for form in ("pt", "cv", "ooo", "oao", "zao", "pao", "tov", "uab", "sia", "ab", "as", "cong ty tnhh",
                 "cong ty co phan", "kabushiki kaisha", "kk", "groupe", "gruppo", "the")
)  # fmt: skip
_LONG: Final = [form[0] for form in _TRAILING if len(form) == 1 and len(form[0]) >= _LEAST_LETTERS]
_LONGEST: Final = max(len(form) for form in _TRAILING)
_HAN_LONGEST_FIRST: Final = tuple(sorted(HAN, key=len, reverse=True))


def without_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a name without the legal forms around it; a name that is nothing else stays as it is."""
    left = _without_leading(words)
    while shorter := _without_last(left):
        left = shorter
    return left


def without_han_form(name: str) -> str:
    """Return a simplified Chinese name without the legal forms behind it; one that is nothing else stays as it is."""
    left = name
    while True:
        form = next((form for form in _HAN_LONGEST_FIRST if left.endswith(form)), "")
        if not form or form == left:
            return left.removeprefix("株式会社") or left
        left = left[: -len(form)]


def _without_leading(words: tuple[str, ...]) -> tuple[str, ...]:
    for length in range(min(3, len(words) - 1), 0, -1):
        if _plain(words[:length]) in _LEADING:
            return words[length:]
    return words


def _without_last(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return `words` without the longest form at their end; empty where there is none, or nothing before it."""
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        if _plain(words[-length:]) in _TRAILING:
            return words[:-length]
    # A slip of the pen.
    if len(words) > 1 and process.extractOne(spelling.plain(words[-1]), _LONG, scorer=OSA.distance, score_cutoff=1):
        return words[:-1]
    return ()
