"""Words of company names that say what a company does, or which of several sisters it is.

`X Holding` and `X Leasing` are two companies; `X Trading` and `X 贸易` may be one. A word stands here with its synonyms
in English, other languages of Europe, Pinyin and Chinese, so that a name and its translation meet.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.intake.domain.matching import spelling

_WORDS: Final[dict[str, str]] = {
    "holding": "holding holdings konggu beteiligung beteiligungen participations partecipazioni 控股 投资控股",
    "leasing": "leasing lease rental rentals zulin 租赁 融资租赁",
    "finance": "finance financial finances finanz finanzas jinrong 金融 财务",
    "capital": "capital kapital ziben 资本",
    "investment": "investment investments invest touzi 投资",
    "insurance": "insurance versicherung assurance assurances seguros baoxian 保险",
    "bank": "bank banque banco yinhang 银行",
    "property": "property properties realty estate estates immobilien inmobiliaria dichan fangdichan 地产 房地产 置业",
    "management": "management verwaltung guanli 管理 资产管理",
    "services": "services service dienste servicios fuwu 服务",
    "consulting": "consulting consultants beratung consultores zixun 咨询 顾问",
    "logistics": "logistics logistik logistica wuliu 物流",
    "transport": "transport transports transportation spedition yunshu 运输 货运",
    "trading": "trading trade traders handel handels commercio comercial maoyi 贸易 商贸 经贸",
    "retail": "retail stores lingshou 零售 百货",
    "manufacturing": "manufacturing manufacture fertigung zhizao 制造",
    "engineering": "engineering ingenieure gongcheng 工程",
    "construction": "construction bau constructions construcciones jianshe jianzhu 建设 建筑",
    "technology": "technology technologies tech technik keji jishu 科技 技术",
    "electronics": "electronics electronic elektronik dianzi 电子",
    "energy": "energy energie energia nengyuan 能源 电力",
    "chemicals": "chemicals chemical chemie huagong 化工 化学",
    "pharmaceuticals": "pharmaceuticals pharma pharmaceutical yiyao zhiyao 医药 制药 药业",
    "medical": "medical medizin yiliao 医疗",
    "foods": "foods food lebensmittel alimentos shipin 食品",
    "textiles": "textiles textile textil fangzhi 纺织 服装 服饰",
    "machinery": "machinery machines maschinenbau maschinen jixie 机械",
    "steel": "steel stahl gangtie 钢铁",
    "software": "software ruanjian 软件",
    "network": "network networks wangluo 网络",
    "media": "media medien chuanmei 传媒 文化传播",
    "agriculture": "agriculture agri agrar nongye 农业",
    "automotive": "automotive automobile auto qiche 汽车",
    "industries": "industries industry industrie industrial gongye shiye 工业 实业",
    "development": "development entwicklung fazhan 发展 开发",
    "import": "import export jinchukou 进出口",
    "international": "international guoji 国际",
    "branch": "branch niederlassung filiale sucursal succursale fengongsi 分公司 分店 分行 支行",
}

_LATIN: Final = {
    spelling.plain(word): trade for trade, listed in _WORDS.items() for word in listed.split() if word.isascii()
}
_LEAST_LETTERS: Final = 5
_LONG: Final = [word for word in _LATIN if len(word) >= _LEAST_LETTERS]
_HAN: Final = {word: trade for trade, listed in _WORDS.items() for word in listed.split() if not word.isascii()}
_HAN_WORD: Final = re.compile("|".join(sorted(_HAN, key=len, reverse=True)))

SISTERS: Final = frozenset({
    "holding", "leasing", "finance", "capital", "investment", "insurance", "bank", "property", "management", "services",
    "consulting", "logistics", "transport", "retail", "branch",
})  # fmt: skip
"""A company with such a word is another one than the company that has the same name without it."""

_PLACES: Final = (
    "中国", "北京", "上海", "天津", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建",
    "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾",
    "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门", "深圳", "广州", "杭州", "南京", "苏州", "成都", "武汉",
    "西安", "青岛", "大连", "宁波", "厦门", "无锡", "长沙", "郑州", "济南", "合肥", "福州", "东莞", "佛山", "沈阳",
    "台北", "高雄", "台中", "新北", "桃园", "昆明", "石家庄", "哈尔滨", "长春", "南昌", "温州", "常州", "珠海",
)  # fmt: skip
_PLACE: Final = re.compile("(" + "|".join(_PLACES) + ")[省市]?")


@lru_cache(maxsize=16_384)
def trade_of(word: str) -> str | None:
    """Return what a word in ASCII letters says of a company's trade, None for any other word.

    A slip of the pen in a longer word is forgiven; a name that is so near to a trade is always taken for it.
    """
    word = spelling.plain(word)
    found = _LATIN.get(word)
    if found is not None or len(word) < _LEAST_LETTERS:
        return found
    near = process.extractOne(word, _LONG, scorer=OSA.distance, score_cutoff=1)
    return None if near is None else _LATIN[near[0]]


def joined(words: Sequence[str]) -> tuple[str, ...]:
    """Return `words` with those that are one trade when they are not spaced (`zhi zao`) made one."""
    found: list[str] = []
    for word in words:
        if found and (found[-1] + word) in _LATIN:
            found[-1] += word
        else:
            found.append(word)
    return tuple(found)


def han_parts(name: str) -> tuple[list[str], str, set[str]]:
    """Return the places, the distinguishing middle, and the trades of a simplified Chinese name without its form.

    A name that is nothing but trades has all of itself for its middle.
    """
    trades: set[str] = set()

    def take(found: re.Match[str]) -> str:
        trades.add(_HAN[found[0]])
        return ""

    places = [found[1] for found in _PLACE.finditer(name)]
    middle = _HAN_WORD.sub(take, _PLACE.sub("", name))
    return places, middle if middle or places else name, trades
