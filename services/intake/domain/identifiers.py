"""Identifiers of people and companies by scheme: brought into their normal form and checked by their own check digits.

The check digits are python-stdnum's. Where a scheme has none, or its own list of valid parts grows over time, only the
form is checked, and the scheme says so below.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import import_module
from typing import Final

from services.intake.domain.party import Identifier

MOST_CHARACTERS: Final = 40
"""How long an identifier may be as it is written, separators included."""

_NORMAL: Final = re.compile(r"[0-9A-Z][0-9A-Z+\-]*")
_SEPARATORS: Final = re.compile(r"[\s.\-/]")
_UNFIT: Final = "is no number of this scheme: its form or its check digits do not fit"


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme of identifiers. A `strong` one is given to one person or legal entity only, so that it identifies alone.

    `normal` returns the normal form of a number, or raises `ValueError`.
    """

    name: str
    label: str
    label_zh: str
    strong: bool
    normal: Callable[[str], str]


def normalise(scheme: str, value: str) -> Identifier:
    """Return an identifier in its normal form; raises `ValueError`, worded for people and without the value."""
    known = SCHEMES.get(scheme)
    if known is None:
        raise ValueError("is no scheme of identifiers that is known here")
    if len(value) > MOST_CHARACTERS:
        raise ValueError(f"is longer than {MOST_CHARACTERS} characters")
    try:
        normal = known.normal(value)
    except (ValueError, IndexError, KeyError):
        raise ValueError(_UNFIT) from None
    if _NORMAL.fullmatch(normal) is None:
        raise ValueError(_UNFIT)
    return Identifier(scheme, normal)


def is_strong(scheme: str) -> bool:
    """Tell whether an equal identifier of this scheme means the same person or legal entity."""
    known = SCHEMES.get(scheme)
    return known is not None and known.strong


def masked(identifier: Identifier) -> str:
    """Return what is shown of an identifier: its last four characters, fewer of a short one."""
    shown = min(4, len(identifier.value) // 2)
    return "***" + identifier.value[len(identifier.value) - shown :]


def _of_form(pattern: str, value: str) -> str:
    compact = _SEPARATORS.sub("", value).upper()
    if re.fullmatch(pattern, compact) is None:
        raise ValueError(_UNFIT)
    return compact


def _by_stdnum(module: str, value: str) -> str:
    # Loaded by the first number of its scheme: there are sixty, and a process sees few of them.
    normal: str = import_module(f"stdnum.{module}").validate(value)
    return normal.upper()


def _chinese_resident(value: str) -> str:
    """Return a Chinese resident identity number (GB 11643-1999): form, date of birth and check digit.

    stdnum also looks the six digits of the place up in its table of counties. Counties come and go, and a person keeps
    the number of one that is gone: the place is left alone.
    """
    compact = _of_form(r"[0-9]{17}[0-9X]", value)
    date(int(compact[6:10]), int(compact[10:12]), int(compact[12:14]))
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(compact[:17]))
    if "10X98765432"[total % 11] != compact[17]:
        raise ValueError(_UNFIT)
    return compact


def _legal_entity(value: str) -> str:
    """Return a LEI (ISO 17442): its form, whose length stdnum does not look at, and its check digits (ISO 7064)."""
    return _by_stdnum("lei", _of_form(r"[0-9A-Z]{18}[0-9]{2}", value))


def _swedish_person(value: str) -> str:
    """Return a Swedish personal identity number without the century, which may be written or not."""
    return _by_stdnum("se.personnummer", value)[-11:]


def _scheme(name: str, label: str, label_zh: str, normal: str | Callable[[str], str], *, strong: bool = True) -> Scheme:
    if isinstance(normal, str):
        normal = partial(_by_stdnum, normal)
    return Scheme(name, label, label_zh, strong, normal)


# A group of companies may share a VAT number (Directive 2006/112/EC, article 11), so it identifies nobody alone.
_VAT: Final = (
    ("at", "uid", "Austrian", "奥地利"),
    ("be", "vat", "Belgian", "比利时"),
    ("bg", "vat", "Bulgarian", "保加利亚"),
    ("cy", "vat", "Cypriot", "塞浦路斯"),
    ("cz", "dic", "Czech", "捷克"),
    ("de", "vat", "German", "德国"),
    ("dk", "cvr", "Danish", "丹麦"),
    ("ee", "kmkr", "Estonian", "爱沙尼亚"),
    ("es", "nif", "Spanish", "西班牙"),
    ("fi", "alv", "Finnish", "芬兰"),
    ("fr", "tva", "French", "法国"),
    ("gb", "vat", "British", "英国"),
    ("gr", "vat", "Greek", "希腊"),
    ("hr", "oib", "Croatian", "克罗地亚"),
    ("hu", "anum", "Hungarian", "匈牙利"),
    ("ie", "vat", "Irish", "爱尔兰"),
    ("it", "iva", "Italian", "意大利"),
    ("lt", "pvm", "Lithuanian", "立陶宛"),
    ("lu", "tva", "Luxembourgish", "卢森堡"),
    ("lv", "pvn", "Latvian", "拉脱维亚"),
    ("mt", "vat", "Maltese", "马耳他"),
    ("nl", "btw", "Dutch", "荷兰"),
    ("pl", "nip", "Polish", "波兰"),
    ("pt", "nif", "Portuguese", "葡萄牙"),
    ("ro", "cf", "Romanian", "罗马尼亚"),
    ("se", "vat", "Swedish", "瑞典"),
    ("si", "ddv", "Slovenian", "斯洛文尼亚"),
    ("sk", "dph", "Slovak", "斯洛伐克"),
)

_ALL: Final = (
    # Everywhere. D&B gives no check digit that holds: numbers given since December 2006 ignore the former modulus 10.
    _scheme("lei", "Legal entity identifier (ISO 17442)", "全球法人识别编码", _legal_entity),
    _scheme("duns", "D-U-N-S number", "邓白氏编码", partial(_of_form, r"[0-9]{9}")),
    # China.
    _scheme("cn-uscc", "Chinese unified social credit code (GB 32100)", "统一社会信用代码", "cn.uscc"),
    _scheme("cn-ric", "Chinese resident identity number (GB 11643)", "公民身份号码", _chinese_resident),
    # United States. Neither number has a check digit, and the IRS gives new prefixes of an EIN from time to time. Areas
    # of an SSN that are never issued (000, 666, 9xx) are taken in: the identities of the sandbox have them.
    _scheme("us-ein", "US employer identification number", "美国雇主识别号", partial(_of_form, r"[0-9]{9}")),
    _scheme("us-ssn", "US social security number", "美国社会保障号", partial(_of_form, r"[0-9]{9}")),
    # Registers of companies elsewhere. The British register's numbers have no check digit.
    _scheme("au-abn", "Australian business number", "澳大利亚商业号码", "au.abn"),
    _scheme("au-acn", "Australian company number", "澳大利亚公司号码", "au.acn"),
    _scheme("br-cnpj", "Brazilian CNPJ", "巴西法人登记号", "br.cnpj"),
    _scheme("ca-bn", "Canadian business number", "加拿大商业号码", "ca.bn"),
    _scheme("ch-uid", "Swiss UID", "瑞士企业识别号", "ch.uid"),
    _scheme("dk-cvr", "Danish CVR", "丹麦企业登记号", "dk.cvr"),
    _scheme("ee-regcode", "Estonian register code", "爱沙尼亚登记号", "ee.registrikood"),
    _scheme("fi-ytunnus", "Finnish business id", "芬兰企业识别号", "fi.ytunnus"),
    _scheme("fr-siren", "French SIREN", "法国企业识别号", "fr.siren"),
    _scheme(
        "gb-crn", "British company number", "英国公司注册号", partial(_of_form, r"[0-9]{8}|[A-Z]{2}[0-9]{6}|R[0-9]{7}")
    ),
    _scheme("in-pan", "Indian permanent account number", "印度永久账号", "in_.pan"),
    _scheme("jp-cn", "Japanese corporate number", "日本法人番号", "jp.cn"),
    _scheme("kr-brn", "Korean business registration number", "韩国事业者登记号", "kr.brn"),
    _scheme("mx-rfc", "Mexican RFC", "墨西哥纳税人登记号", "mx.rfc"),
    _scheme("no-orgnr", "Norwegian organisation number", "挪威组织号", "no.orgnr"),
    _scheme("pl-regon", "Polish REGON", "波兰统计登记号", "pl.regon"),
    _scheme("se-orgnr", "Swedish organisation number", "瑞典组织号", "se.orgnr"),
    _scheme("sg-uen", "Singaporean unique entity number", "新加坡实体号码", "sg.uen"),
    # People elsewhere.
    _scheme("be-nn", "Belgian national number", "比利时国民号", "be.nn"),
    _scheme("br-cpf", "Brazilian CPF", "巴西自然人登记号", "br.cpf"),
    _scheme("ca-sin", "Canadian social insurance number", "加拿大社会保险号", "ca.sin"),
    _scheme("de-idnr", "German tax id of a person", "德国个人税号", "de.idnr"),
    _scheme("es-dni", "Spanish DNI", "西班牙身份证号", "es.dni"),
    _scheme("es-nie", "Spanish NIE", "西班牙外国人身份号", "es.nie"),
    _scheme("fi-hetu", "Finnish personal identity code", "芬兰个人身份号", "fi.hetu"),
    _scheme("fr-nir", "French social security number", "法国社会保障号", "fr.nir"),
    _scheme("it-cf", "Italian codice fiscale", "意大利税号", "it.codicefiscale"),
    _scheme("nl-bsn", "Dutch citizen service number", "荷兰公民服务号", "nl.bsn"),
    _scheme("no-fnr", "Norwegian birth number", "挪威身份号", "no.fodselsnummer"),
    _scheme("pl-pesel", "Polish PESEL", "波兰个人身份号", "pl.pesel"),
    _scheme("se-pnr", "Swedish personal identity number", "瑞典个人身份号", _swedish_person),
    *(
        _scheme(f"{country}-vat", f"{of} VAT number", f"{of_zh}增值税号", f"{country}.{module}", strong=False)
        for country, module, of, of_zh in _VAT
    ),
)

SCHEMES: Final[Mapping[str, Scheme]] = {scheme.name: scheme for scheme in _ALL}
"""The schemes by name."""
