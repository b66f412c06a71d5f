"""A synthetic run with the variables, dimensions and identities of a real one.

It obeys the identities a reader can check, but knows no economics: growth rates are
normal and independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from models.labels import CARRIERS, ENERGY_SECTORS, SECTORS, TECHNOLOGIES

QUANTILES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
_NAMES = {
    "gdp": ("亿元", "GDP at 2025 prices", "地区生产总值（2025年价）"),
    "gdp_growth": ("fraction", "GDP growth", "地区生产总值增速"),
    "labour_productivity_growth": ("fraction", "Labour productivity growth", "全员劳动生产率增速"),
    "services_growth": ("fraction", "Services growth", "服务业增加值增速"),
    "industry_growth": ("fraction", "Industry growth", "工业增加值增速"),
    "investment_growth": ("fraction", "Investment growth", "投资增速"),
    "rd_growth": ("fraction", "R&D growth", "研发经费增速"),
    "urbanisation": ("fraction", "Urban share", "城镇化率"),
    "manufacturing_share": ("fraction", "Manufacturing share", "制造业占比"),
    "manufacturing_share_if_domestic": (
        "fraction",
        "Manufacturing share, domestic",
        "制造业占比（内需）",
    ),
    "manufacturing_share_if_external": (
        "fraction",
        "Manufacturing share, external",
        "制造业占比（外需）",
    ),
    "non_fossil_share": ("fraction", "Non-fossil share", "非化石能源占比"),
    "clean_capacity_share": ("fraction", "Clean capacity share", "清洁能源装机占比"),
    "clean_generation": ("TWh", "Clean generation", "清洁能源发电量"),
    "electricity_demand": ("TWh", "Electricity demand", "全社会用电量"),
    "electricity_net_import": ("TWh", "Net import of electricity", "净调入电量"),
    "exchange_capability": ("GW", "Exchange capability", "跨区域网间互济能力"),
    "supply_capability": ("GW", "Supply capability", "供电能力"),
    "energy_total": ("Mtce", "Energy consumption", "能源消费总量"),
    "energy_intensity": ("tce/万元", "Energy per unit of GDP", "单位GDP能耗"),
    "energy_production_capacity": ("Mtce", "Energy production capacity", "能源综合生产能力"),
    "coal_consumption": ("Mtce", "Coal consumption", "煤炭消费量"),
    "oil_consumption": ("Mtce", "Oil consumption", "石油消费量"),
    "co2_total": ("Mt", "CO2, territorial", "二氧化碳排放（属地）"),
    "co2_target_scope": ("Mt", "CO2, target scope", "二氧化碳排放（考核口径）"),
    "co2_intensity": ("t/万元", "CO2 per unit of GDP", "单位GDP二氧化碳排放"),
    "co2_intensity_reduction": (
        "fraction",
        "Fall of CO2 per unit of GDP",
        "单位GDP二氧化碳排放降低",
    ),
}


@dataclass(frozen=True)
class SyntheticScenario:
    """Stands for a resolved scenario."""

    name: str
    title: str
    title_zh: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def provenance(self) -> pd.DataFrame:
        """One value of each origin."""
        rows = [
            ("growth.tfp_growth", "TFP growth", "全要素生产率增长", "log/yr", 0.02, "pack"),
            ("energy.wind.build_gw", "Onshore wind build", "陆上风电新增", "GW/yr", 4.0, "file"),
            ("demand.outflow_growth", "Outflow growth", "流出增速", "log/yr", 0.03, "default"),
        ]
        return pd.DataFrame(
            [
                {
                    "lever": lever,
                    "name_en": english,
                    "name_zh": chinese,
                    "unit": unit,
                    2026: value,
                    2030: value,
                    "origin": origin,
                    "place": f"{self.name}.yaml:12" if origin == "file" else "pack:x",
                    "source": "judgement" if origin == "default" else "series",
                }
                for lever, english, chinese, unit, value, origin in rows
            ]
        )


@dataclass(frozen=True)
class SyntheticRun:
    """Stands for `sim.ensemble.run.Run`."""

    scenarios: tuple[SyntheticScenario, ...]
    paths: xr.Dataset
    ensemble: xr.Dataset
    draws: xr.Dataset | None
    targets_table: pd.DataFrame | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)


def _grown(base: float, growth: np.ndarray) -> np.ndarray:
    levels = base * np.cumprod(1.0 + growth, axis=-2)
    return np.concatenate([np.full((1, growth.shape[-1]), base), levels])


def _scalars(shift: float, years: int, draws: int, rng: np.random.Generator) -> dict[str, Any]:
    """Scalars (year, draw) of one scenario; the last draw is the centre."""

    def noise(sd: float, persistence: float = 0.0) -> np.ndarray:
        shock = rng.normal(0.0, sd, (years, draws + 1))
        shock[:, -1] = 0.0
        for y in range(1, years):
            shock[y] += persistence * shock[y - 1]
        return shock

    def series(first: float, later: np.ndarray) -> np.ndarray:
        return np.concatenate([np.full((1, draws + 1), first), later])

    calendar = np.arange(1, years + 1)[:, None]
    growth = 0.042 + shift + noise(0.009, 0.4)
    carbon = 0.006 + shift - 0.004 * calendar + noise(0.012, 0.3)
    gdp, co2 = _grown(33182.9, growth), _grown(520.0, carbon)
    demand = _grown(310.0, growth - 0.004 + noise(0.006))
    clean = _grown(170.0, 0.075 + shift + noise(0.008))
    share = 0.227 + (0.0015 + shift / 8) * calendar + np.cumsum(noise(0.003), axis=0)
    energy = _grown(245.0, growth - 0.032 + noise(0.005))
    out = {
        "gdp": gdp,
        "gdp_growth": series(0.037, growth),
        "labour_productivity_growth": series(0.045, growth + 0.009 + noise(0.003)),
        "services_growth": series(0.052, growth + 0.004 + noise(0.004)),
        "industry_growth": series(0.013, growth - 0.006 + noise(0.01)),
        "investment_growth": series(-0.19, 0.02 + shift + noise(0.03)),
        "rd_growth": series(0.07, 0.075 + shift + noise(0.02)),
        "urbanisation": series(0.7463, 0.7463 + 0.003 * calendar + noise(0.002)),
        "manufacturing_share": series(0.227, share),
        "manufacturing_share_if_domestic": series(0.227, share - 0.0022 * calendar),
        "manufacturing_share_if_external": series(0.227, share + 0.0028 * calendar),
        "non_fossil_share": series(0.155, 0.155 + (0.0105 + shift) * calendar + noise(0.006, 0.8)),
        "clean_capacity_share": series(0.548, 0.548 + (0.028 + shift) * calendar + noise(0.008)),
        "clean_generation": clean,
        "electricity_demand": demand,
        "electricity_net_import": demand * 0.12,
        "supply_capability": demand * 0.16,
        "exchange_capability": 3.0 + 3.0 * (demand > 330.0),
        "energy_total": energy,
        "energy_intensity": energy / gdp * 100.0,
        "energy_production_capacity": series(68.0, 68.0 + 4.3 * calendar + noise(1.5, 0.7)),
        "coal_consumption": _grown(135.0, carbon - 0.006 + noise(0.004)),
        "oil_consumption": _grown(62.0, carbon + 0.004 + noise(0.006)),
        "co2_total": co2 * 0.97,
        "co2_target_scope": co2,
        "co2_intensity": co2 / gdp * 100.0,
    }
    out["co2_intensity_reduction"] = 1.0 - out["co2_intensity"] / out["co2_intensity"][0]
    return out


def _split(total: xr.DataArray, weights: list[float], drift: list[float], dim: str, labels: Any):
    steps = np.arange(total.sizes["year"])
    shares = np.array(weights) * (1.0 + np.outer(steps, drift))
    shares /= shares.sum(axis=1, keepdims=True)
    table = xr.DataArray(shares, {"year": total["year"], dim: list(labels)}, ("year", dim))
    return (total * table).transpose("scenario", "year", dim)


def _vectors(paths: xr.Dataset) -> dict[str, xr.DataArray]:
    carriers = [0.50, 0.01, 0.26, 0.06, 0.03, 0.0, 0.015, 0.075, 0.008, 0.04, 0.02]
    carrier_drift = [-0.04, -0.05, -0.02, 0.02, 0.01, 0.0, 0.03, 0.06, 0.0, 0.10, 0.12]
    power = [0.19, 0.02, 0.005, 0.14, 0.01, 0.03, 0.04, 0.03, 0.51, 0.015, 0.002]
    power_drift = [0.05, 0.0, 0.2, 0.08, 0.4, 0.15, 0.15, 0.05, -0.05, 0.05, 0.4]
    own = paths["electricity_demand"] - paths["electricity_net_import"]
    ones = [1.0] * len(SECTORS)
    flat = [0.0] * len(SECTORS)
    sectors = [1.0] * len(ENERGY_SECTORS)
    return {
        "primary_energy": _split(
            paths["energy_total"], carriers, carrier_drift, "carrier", CARRIERS
        ),
        "electricity_generation": _split(own, power, power_drift, "technology", TECHNOLOGIES),
        "value_added": _split(paths["gdp"], ones, flat, "sector", SECTORS),
        "co2": _split(
            paths["co2_total"], sectors, [0.0] * len(sectors), "energy_sector", ENERGY_SECTORS
        ),
    }


def _named(dataset: xr.Dataset) -> xr.Dataset:
    for name, (unit, english, chinese) in _NAMES.items():
        if name in dataset:
            dataset[name].attrs = {"units": unit, "long_name": english, "long_name_zh": chinese}
    return dataset


def synthetic_run(
    scenarios: tuple[str, ...] = ("baseline", "plan"),
    *,
    horizon: int = 2030,
    draws: int = 2000,
    seed: int = 7,
    keep_draws: bool = True,
    settings: Mapping[str, Any] | None = None,
) -> SyntheticRun:
    """Build a run of `scenarios` to `horizon` with `draws` draws."""
    titles = {"baseline": ("Baseline", "基准情景"), "plan": ("Plan measures", "规划政策情景")}
    years = np.arange(2025, horizon + 1)
    shocks = [
        _scalars(0.004 * i, years.size - 1, draws, np.random.default_rng(seed))
        for i in range(len(scenarios))
    ]
    coords = {"scenario": list(scenarios), "year": years}
    drawn: dict[str, Any] = {}
    central: dict[str, Any] = {}
    for name in shocks[0]:
        values = np.stack([one[name] for one in shocks])
        drawn[name] = (("scenario", "year", "draw"), values[..., :-1])
        central[name] = (("scenario", "year"), values[..., -1])
    all_draws = _named(xr.Dataset(drawn, coords))
    paths = _named(xr.Dataset(central, coords))
    vectors = _vectors(paths)
    ensemble = all_draws.quantile(QUANTILES, "draw", keep_attrs=True)
    ensemble = ensemble.transpose("scenario", "year", "quantile")
    summary = {f"{name}_mean": all_draws[name].mean("draw") for name in drawn}
    summary.update({f"{name}_std": all_draws[name].std("draw") for name in drawn})
    summary.update({f"{name}_mean": value for name, value in vectors.items()})
    return SyntheticRun(
        scenarios=tuple(
            SyntheticScenario(name, *titles.get(name, (name.title(), name)), dict(settings or {}))
            for name in scenarios
        ),
        paths=paths.assign(vectors),
        ensemble=_named(ensemble.assign(summary)),
        draws=all_draws if keep_draws else None,
        manifest={"seed": seed, "draws": draws, "horizon": horizon, "version": "0"},
    )
