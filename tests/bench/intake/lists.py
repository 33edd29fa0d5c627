"""What names and addresses are made of, the most frequent first.

Chinese family names have the shares of the 2020 register of the Ministry of Public Security; the others follow Zipf's
law. Rarer names of families and firms are composed, so that there are as many as among real ones.
"""

from typing import Final


def _words(text: str) -> list[str]:
    return text.split()


HAN_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟"
    "姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛段郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文"
)
"""The first five cover 30 % of all."""
HAN_SURNAME_SHARES: Final = (75, 74, 70, 54, 46, 31, 27, 23, 21, 20, 15, 14, 13, 13, 12, 12, 11, 11, 10, 10)
HAN_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏宇浩欣怡梓涵子轩雨泽博文思远嘉诚晓婷雪佳琪志强建国"
    "春梅海燕飞龙俊凯瑞昊然若溪一诺依晨诗雅紫萱可馨天佑振东立群家豪世杰美玲淑惠慧珍翠兰凤国庆永福长青新民光辉卫"
)
GIVEN: Final = _words(
    "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard "
    "Susan Joseph Jessica "
    "Thomas Sarah Charles Karen Christopher Nancy Daniel Lisa Matthew Betty Anthony Margaret Mark "
    "Sandra Donald Ashley "
    "Steven Kimberly Paul Emily Andrew Donna Joshua Michelle Peter Anna Hans Katharina Jürgen Ursula Wolfgang Sabine "
    "Andreas Monika Stefan Petra Klaus Renate Günter Brigitte Jean Marie Pierre Nathalie François "
    "Isabelle André Hélène "
    "José Carmen Antonio Lucía Manuel Pilar Jesús Núria Piotr Agnieszka Krzysztof Małgorzata Łukasz "
    "Zofia Marco Giulia "
    "Luca Chiara Giovanni Francesca Lars Ingrid Björn Astrid Søren Kirsten Ewa Tomasz Oliver Amelia "
    "George Isla Harry Ava"
)
SURNAMES: Final = _words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Müller Schmidt "
    "Schneider Fischer Weber "
    "Meyer Wagner Becker Schulz Hoffmann Martin Bernard Dubois Thomas Robert Richard Petit Durand "
    "Leroy Moreau González "
    "Fernández López Sánchez Pérez Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski "
    "Zieliński Rossi Russo "
    "Ferrari Esposito Bianchi Romano Taylor Wilson Evans Walker Wright Robinson Thompson Hughes Hall Green Jørgensen "
    "Nielsen Hansen Lindström Andersson Krüger Schröder Köhler Böhm O'Brien O'Neill McDonald Clarke Murphy Kelly"
)
STEMS: Final = _words(
    "Stein Berg Wald Hart Lind Rosen Silber Gold Eisen Korn Feld Bach Winter Sommer Herz Kron Adler Wolf Falk Linden "
    "Ash Black White Wood Thorn Brad Ed Har Wel Thack Cran Brent Hal Wit Mor Nor Sut Win"
)
ENDINGS: Final = _words(
    "mann berg stein bach feld hofer meier müller heim wald thal baum burg dorf er inger ton ley ford field worth "
    "well ham by stone wick more land wood brook"
)
FIRMS: Final = _words(
    "Nova Alpha Delta Apex Vertex Summit Pioneer Atlas Orion Phoenix Zenith Quantum Polar Meridian Titan Vega Sirius "
    "Aurora Cobalt Emerald Granite Falcon Lotus Neptune Horizon Crescent Evergreen Northern "
    "Southern Pacific Atlantic "
    "Baltic Alpine Nordic Iberia Danube Rhein Isar Elbe Thames Avon Severn Mersey Clyde Loire Garonne Ebro Vistula"
)
FIRM_STARTS: Final = _words(
    "Ver Tel Mar Cor Lum Sol Nex Dyn Syn Pro Val Bel Tor Kal Ran Fen Gal Hel Ibr Jax Kor Lex Mir Nor Opt Pol Qua Rel "
    "Sar Tan Urb Vit Wex Xan Yor Zel Bran Clar Drum Flor"
)
FIRM_MIDDLES: Final = _words("a e i o u an en in on ar er or al el il am em im")
FIRM_ENDS: Final = _words(
    "tis dia nova tek lis gon ra vex mont dor sys via cor plan ter max lux field bridge stone path line works port "
    "mark gate well point ware crest"
)
TRADES: Final = _words(
    "Trading Services Logistics Engineering Consulting Technology Foods Construction Textiles Machinery Electronics "
    "Energy Media Pharma Steel Software Transport Retail Automotive Chemicals"
)
HAN_TRADES: Final = _words(
    "贸易 科技 商贸 实业 建筑 物流 食品 电子 机械 化工 医药 纺织 能源 信息技术 环保工程 广告 投资 汽车销售 装饰 农业"
)
SISTERS: Final = ("Holding", "Leasing", "Finance", "Property", "Management", "Logistics", "Insurance", "Retail")
HAN_SISTERS: Final = ("控股", "租赁", "投资", "置业", "物流", "咨询", "保险经纪", "管理")
HAN_FIRM: Final = (
    "华新鑫盛达恒宏泰金瑞丰嘉诚信德隆兴安凯天海东方源润博远中联汇通正大同康美佳鼎亿利顺和祥龙宝立创世纪星光明科"
    "锦程飞翔永胜伟业腾飞卓越众合力万家福旺吉庆百川长江北辰南山西岭云峰玉林森茂景荣春晖"
)
FORMS: Final = {
    "US": ("Inc.", "LLC", "Corp.", "Co.", "Incorporated"),
    "GB": ("Ltd", "Limited", "PLC", "LLP", "Ltd."),
    "DE": ("GmbH", "AG", "GmbH & Co. KG", "KG", "UG (haftungsbeschränkt)"),
    "FR": ("S.A.", "SARL", "SAS", "S.A.S.", "SA"),
    "PL": ("Sp. z o.o.", "S.A.", "sp. j.", "Spółka z o.o.", "Sp. z o. o."),
}
"""By country, in the spellings that are found."""
HAN_FORMS: Final = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司")
CITIES: Final = {
    "US": (("New York", "100"), ("Chicago", "606"), ("Houston", "770"), ("Phoenix", "850"), ("Springfield", "627")),
    "GB": (("London", "EC"), ("Leeds", "LS"), ("Bristol", "BS"), ("Glasgow", "G1"), ("Newport", "NP")),
    "DE": (("München", "80"), ("Köln", "50"), ("Berlin", "10"), ("Düsseldorf", "40"), ("Nürnberg", "90")),
    "FR": (("Paris", "75"), ("Lyon", "69"), ("Nîmes", "30"), ("Besançon", "25"), ("Lille", "59")),
    "PL": (("Warszawa", "00"), ("Kraków", "30"), ("Łódź", "90"), ("Poznań", "60"), ("Wrocław", "50")),
}
"""By country, each with how its postcodes begin."""
HAN_CITIES: Final = (
    ("北京市", "100"), ("上海市", "200"), ("广州市", "510"), ("深圳市", "518"), ("成都市", "610"), ("杭州市", "310"),
    ("武汉市", "430"), ("南京市", "210"), ("重庆市", "400"), ("西安市", "710"), ("苏州市", "215"), ("青岛市", "266"),
)  # fmt: skip
STREETS: Final = {
    "US": ("Main Street", "Oak Avenue", "Maple Drive", "Park Road", "Cedar Lane", "Lake Boulevard", "Hill Street"),
    "GB": ("High Street", "Station Road", "Church Lane", "Victoria Road", "Mill Lane", "King Street", "Green Lane"),
    "DE": ("Hauptstraße", "Bahnhofstraße", "Gartenstraße", "Schulstraße", "Lindenweg", "Goetheplatz", "Ringstraße"),
    "FR": ("rue de la Paix", "rue Victor Hugo", "avenue de la Gare", "rue des Écoles", "boulevard Voltaire"),
    "PL": ("ul. Polna", "ul. Leśna", "ul. Słoneczna", "ul. Krótka", "ul. Szkolna", "ul. Ogrodowa"),
}
HAN_STREETS: Final = (
    "人民路",
    "中山路",
    "建设路",
    "解放路",
    "和平街",
    "世纪大道",
    "文化路",
    "长江路",
    "新华街",
    "迎宾大道",
)
