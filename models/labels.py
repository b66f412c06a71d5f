"""The fixed labels of every dimension, and the groupings of the 42 sectors.

The sector classification is the 42-sector classification of the 2017 national
input-output tables (国家统计局, 2017 投入产出表部门分类), the one of the official
Liaoning table.
"""

from __future__ import annotations

from typing import Final

SECTORS: Final = tuple(f"{i:02d}" for i in range(1, 43))
ENERGY_SECTORS: Final = (*SECTORS, "rural_households", "urban_households")
FINAL_USES: Final = (
    "rural_households",
    "urban_households",
    "government",
    "fixed_capital",
    "inventories",
    "outflow",
    "exports",
)
CARRIERS: Final = (
    "coal",
    "coke",
    "oil",
    "gas",
    "electricity",
    "heat",
    "biomass",
    "nuclear",
    "hydro",
    "wind",
    "solar",
)
FINAL_CARRIERS: Final = CARRIERS[:7]
TECHNOLOGIES: Final = (
    "nuclear",
    "hydro",
    "pumped_storage",
    "wind_onshore",
    "wind_offshore",
    "solar_utility",
    "solar_distributed",
    "biomass",
    "coal",
    "gas",
    "storage",
)
LINKS: Final = ("link", "tie")  # to another regional grid, within the regional grid


def _codes(*ranges: tuple[int, int]) -> tuple[str, ...]:
    return tuple(f"{i:02d}" for first, last in ranges for i in range(first, last + 1))


DEMAND_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "agriculture": _codes((1, 1)),
    "mining": _codes((2, 5)),
    "food_light": _codes((6, 10)),
    "petrochemicals": _codes((11, 12)),
    "building_materials": _codes((13, 13)),
    "steel_metals": _codes((14, 14)),
    "machinery": _codes((15, 17), (19, 19), (21, 23)),
    "vehicles": _codes((18, 18)),
    "electronics": _codes((20, 20)),
    "utilities": _codes((24, 26)),
    "construction": _codes((27, 27)),
    "services": _codes((28, 42)),
}
PRICE_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "primary": _codes((1, 1)),
    "mining_energy": _codes((2, 5), (24, 26)),
    "materials": _codes((11, 14)),
    "manufacturing_other": _codes((6, 10), (15, 23)),
    "construction": _codes((27, 27)),
    "services": _codes((28, 42)),
}
ENERGY_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "heavy": _codes((11, 14)),
    "industry_other": _codes((2, 10), (15, 26)),
    "services": _codes((28, 28), (30, 42)),
    "transport": _codes((29, 29)),
    "households": ("rural_households", "urban_households"),
    "agriculture_construction": _codes((1, 1), (27, 27)),
}
PRIMARY: Final = _codes((1, 1))
SECONDARY: Final = _codes((2, 27))
TERTIARY: Final = _codes((28, 42))
INDUSTRY: Final = _codes((2, 26))
MANUFACTURING: Final = _codes((6, 23))

SECTOR_NAMES: Final[dict[str, tuple[str, str]]] = {
    "01": ("Agriculture, forestry, animal husbandry and fishery", "农林牧渔产品和服务"),
    "02": ("Coal mining", "煤炭采选产品"),
    "03": ("Oil and gas extraction", "石油和天然气开采产品"),
    "04": ("Metal ore mining", "金属矿采选产品"),
    "05": ("Other mining", "非金属矿和其他矿采选产品"),
    "06": ("Food and tobacco", "食品和烟草"),
    "07": ("Textiles", "纺织品"),
    "08": ("Clothing, leather and footwear", "纺织服装鞋帽皮革羽绒及其制品"),
    "09": ("Wood products and furniture", "木材加工品和家具"),
    "10": ("Paper, printing, culture and sports goods", "造纸印刷和文教体育用品"),
    "11": ("Petroleum, coking and nuclear fuel", "石油、炼焦产品和核燃料加工品"),
    "12": ("Chemicals", "化学产品"),
    "13": ("Non-metallic mineral products", "非金属矿物制品"),
    "14": ("Metal smelting and rolling", "金属冶炼和压延加工品"),
    "15": ("Metal products", "金属制品"),
    "16": ("General machinery", "通用设备"),
    "17": ("Special machinery", "专用设备"),
    "18": ("Transport equipment", "交通运输设备"),
    "19": ("Electrical equipment", "电气机械和器材"),
    "20": ("Computers, communication and electronics", "通信设备、计算机和其他电子设备"),
    "21": ("Instruments", "仪器仪表"),
    "22": ("Other manufacturing and waste", "其他制造产品和废品废料"),
    "23": ("Repair of metal products and machinery", "金属制品、机械和设备修理服务"),
    "24": ("Electricity and heat", "电力、热力的生产和供应"),
    "25": ("Gas supply", "燃气生产和供应"),
    "26": ("Water supply", "水的生产和供应"),
    "27": ("Construction", "建筑"),
    "28": ("Wholesale and retail trade", "批发和零售"),
    "29": ("Transport, storage and post", "交通运输、仓储和邮政"),
    "30": ("Hotels and restaurants", "住宿和餐饮"),
    "31": ("Information, software and IT services", "信息传输、软件和信息技术服务"),
    "32": ("Finance", "金融"),
    "33": ("Real estate", "房地产"),
    "34": ("Leasing and business services", "租赁和商务服务"),
    "35": ("Research and development", "研究和试验发展"),
    "36": ("Technical services", "综合技术服务"),
    "37": ("Water, environment and public facilities", "水利、环境和公共设施管理"),
    "38": ("Resident and repair services", "居民服务、修理和其他服务"),
    "39": ("Education", "教育"),
    "40": ("Health and social work", "卫生和社会工作"),
    "41": ("Culture, sports and entertainment", "文化、体育和娱乐"),
    "42": ("Public administration", "公共管理、社会保障和社会组织"),
}
ENERGY_SECTOR_NAMES: Final[dict[str, tuple[str, str]]] = {
    **SECTOR_NAMES,
    "rural_households": ("Rural households", "农村居民"),
    "urban_households": ("Urban households", "城镇居民"),
}
FINAL_USE_NAMES: Final[dict[str, tuple[str, str]]] = {
    "rural_households": ("Rural household consumption", "农村居民消费"),
    "urban_households": ("Urban household consumption", "城镇居民消费"),
    "government": ("Government consumption", "政府消费"),
    "fixed_capital": ("Gross fixed capital formation", "固定资本形成总额"),
    "inventories": ("Change in inventories", "存货变动"),
    "outflow": ("Outflow to other provinces", "国内省外流出"),
    "exports": ("Exports", "出口"),
}
CARRIER_NAMES: Final[dict[str, tuple[str, str]]] = {
    "coal": ("Coal", "煤炭"),
    "coke": ("Coke", "焦炭"),
    "oil": ("Oil", "石油"),
    "gas": ("Natural gas", "天然气"),
    "electricity": ("Electricity", "电力"),
    "heat": ("Heat", "热力"),
    "biomass": ("Biomass", "生物质"),
    "nuclear": ("Nuclear", "核能"),
    "hydro": ("Hydro", "水能"),
    "wind": ("Wind", "风能"),
    "solar": ("Solar", "太阳能"),
}
TECHNOLOGY_NAMES: Final[dict[str, tuple[str, str]]] = {
    "nuclear": ("Nuclear", "核电"),
    "hydro": ("Hydro", "常规水电"),
    "pumped_storage": ("Pumped storage", "抽水蓄能"),
    "wind_onshore": ("Onshore wind", "陆上风电"),
    "wind_offshore": ("Offshore wind", "海上风电"),
    "solar_utility": ("Utility PV", "集中式光伏"),
    "solar_distributed": ("Distributed PV", "分布式光伏"),
    "biomass": ("Biomass", "生物质发电"),
    "coal": ("Coal", "煤电"),
    "gas": ("Gas", "气电"),
    "storage": ("New-type storage", "新型储能"),
}
LINK_NAMES: Final[dict[str, tuple[str, str]]] = {
    "link": ("Link to another regional grid", "跨区域联络"),
    "tie": ("Tie within the regional grid", "区域内联络"),
}
