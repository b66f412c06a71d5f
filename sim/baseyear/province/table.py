"""The province's input-output table: read from its file, or derived from the national one.

`io_table.(xls|xlsx|csv)` is the official 42-sector table (layout `china-42` of
`models.inputoutput`) or a plain labelled one. Nothing is repaired silently: each change made
so that the table can be carried forward is a row of `estimated.csv`.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.inputoutput.frames import TableFrames
from models.inputoutput.reading import read_frames
from models.inputoutput.regional import flq
from models.inputoutput.units import money_size
from models.labels import FINAL_USES, PRIMARY, SECONDARY, SECTORS, TERTIARY
from sim.baseyear.chinese_tables import PRIMARY_INPUTS, OfficialTable
from sim.baseyear.province.classification import to_2017
from sim.baseyear.province.description import Description
from sim.baseyear.province.figures import Estimates, Figures
from sim.baseyear.province.variables import DATA
from sim.errors import InputError

Floats = NDArray[np.float64]

BOM: Final = b"\xef\xbb\xbf"
STEM: Final = "io_table"
SUFFIXES: Final = (".xls", ".xlsx", ".csv")
LARGEST_IMBALANCE: Final = 0.02
SMALLEST_OUTPUT: Final = 1e-6
HUNDRED_MILLION: Final = 1e8
CONSUMPTION_USES: Final = ("rural_households", "urban_households", "government")
OUTFLOW, EXPORTS = FINAL_USES.index("outflow"), FINAL_USES.index("exports")
INVENTORIES: Final = FINAL_USES.index("inventories")
LOCAL_USES: Final = slice(0, 5)
BROAD: Final = {
    "value_added_primary": PRIMARY,
    "value_added_secondary": SECONDARY,
    "value_added_tertiary": TERTIARY,
}


def find_io_table(folder: Path) -> Path | None:
    """Return the file of the table, None where there is none."""
    found = [path for suffix in SUFFIXES if (path := folder / (STEM + suffix)).is_file()]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise InputError("the same table stands twice; keep one", file=folder, found=names)
    return found[0] if found else None


def read_io_table(
    path: Path, description: Description, estimates: Estimates
) -> tuple[OfficialTable, int]:
    """Read the table of the province.

    Returns
    -------
    (OfficialTable, int)
        In 亿元, and its year.

    Raises
    ------
    InputError
        Where the file does not hold the 42 sectors, the final uses or the primary inputs, or
        does not balance within two per cent of output.
    """
    frames = read_frames(path, layout=_layout(path), year=description.io_year)
    frames, moved = to_2017(_aligned(frames, path), national_value_added("2017"), path)
    size = money_size(frames.unit)[0] / HUNDRED_MILLION
    final = {name: frames.final_use[name].to_numpy(float) * size for name in frames.final_use}
    supply = {name: frames.imports[name].to_numpy(float) * size for name in frames.imports}
    uses = _final_uses(final, path)
    imports, inflow = _outside(supply, uses, path)
    table = _complete(
        frames.flows.to_numpy(float) * size,
        uses,
        imports,
        inflow,
        frames.output.to_numpy(float) * size,
        frames.primary_inputs.to_numpy(float) * size,
        estimates,
        path,
    )
    if moved:
        estimates.add(
            STEM,
            ("classification of the table", "投入产出表部门分类"),
            ("printed in the classification of 2012", "为2012年分类"),
            (
                "moved by sector name; science and technology split at national proportions",
                "按部门名称对应2017年分类，科学研究和技术服务按全国比例拆分",
            ),
            source=path.name,
        )
    return table, frames.year


def _layout(path: Path) -> str:
    plain = path.suffix.lower() == ".csv" and path.read_bytes()[:4].lstrip(BOM).startswith(b"#")
    return "labelled" if plain else "china-42"


def _aligned(frames: TableFrames, path: Path) -> TableFrames:
    """Order sectors and primary inputs by label, never by position."""
    for what, found in (("sector", frames.flows.index), ("sector", frames.flows.columns)):
        lacking = [code for code in SECTORS if code not in found]
        if lacking:
            raise InputError(f"the table lacks the {what}s {', '.join(lacking)}", file=path)
    lacking = [name for name in PRIMARY_INPUTS if name not in frames.primary_inputs.index]
    if lacking:
        raise InputError(f"the table lacks the primary inputs {', '.join(lacking)}", file=path)
    codes = list(SECTORS)
    return replace(
        frames,
        flows=frames.flows.loc[codes, codes],
        final_use=frames.final_use.loc[codes],
        imports=frames.imports.reindex(codes),
        output=frames.output.loc[codes],
        primary_inputs=frames.primary_inputs.loc[list(PRIMARY_INPUTS), codes],
    )


def _final_uses(final: dict[str, Floats], path: Path) -> Floats:
    """Final uses (7, 42); an error column (其他) counts as change in inventories."""
    lacking = [name for name in FINAL_USES if name not in final]
    if lacking:
        raise InputError(
            f"the table lacks the final uses {', '.join(lacking)}",
            file=path,
            found=", ".join(final),
        )
    uses = np.array([final[name] for name in FINAL_USES])
    uses[INVENTORIES] += final.get("statistical_discrepancy", 0.0)
    return uses


def _outside(supply: dict[str, Floats], uses: Floats, path: Path) -> tuple[Floats, Floats]:
    lacking = [name for name in ("imports", "inflow") if name not in supply]
    if lacking:
        found = ", ".join(supply) or "none"
        raise InputError(
            f"the table lacks {' and '.join(lacking)} by sector", file=path, found=found
        )
    return supply["imports"], supply["inflow"]


def _complete(
    flows: Floats,
    uses: Floats,
    imports: Floats,
    inflow: Floats,
    output: Floats,
    inputs: Floats,
    estimates: Estimates,
    path: Path,
) -> OfficialTable:
    """Close small imbalances, give empty sectors a trace, net re-exports: each said."""
    flows, inputs, output = _seed_empty(flows, inputs, output, estimates, path)
    gap = output - flows.sum(axis=0) - inputs.sum(axis=0)
    _refuse_gap(gap, output, "column", path)
    inputs = inputs.copy()
    inputs[PRIMARY_INPUTS.index("surplus")] += gap
    excess = imports + inflow - (1.0 - 1e-6) * (flows.sum(axis=1) + uses[LOCAL_USES].sum(axis=0))
    excess = np.maximum(excess, 0.0)
    uses = uses.copy()
    if (excess > 0.0).any():
        codes = [SECTORS[i] for i in np.flatnonzero(excess)]
        estimates.add(
            STEM,
            (f"re-exports in {', '.join(codes)}", f"{'、'.join(codes)}部门转口"),
            ("imports and inflow exceed use in the province", "进口和流入大于省内使用"),
            ("netted out of outflow and exports", "从流出和出口中同额扣除"),
            value=float(excess.sum()),
            unit="亿元",
            source=path.name,
        )
        from_inflow = np.minimum(excess, inflow)
        inflow, imports = inflow - from_inflow, imports - (excess - from_inflow)
        share = excess / np.maximum(uses[OUTFLOW] + uses[EXPORTS], 1e-12)
        uses[[OUTFLOW, EXPORTS]] *= np.maximum(1.0 - share, 0.0)
    gap = output + imports + inflow - flows.sum(axis=1) - uses.sum(axis=0)
    _refuse_gap(gap, output + imports + inflow, "row", path)
    if float(np.abs(gap).sum()) > 1e-6 * float(output.sum()):
        estimates.add(
            STEM,
            ("rows that do not balance", "行不平衡"),
            ("printed uses and supply differ", "使用与供给不等"),
            ("the difference counts as change in inventories", "差额计入存货变动"),
            value=float(np.abs(gap).sum()),
            unit="亿元",
            source=path.name,
        )
    uses[INVENTORIES] += gap
    return official(flows, uses, imports, inflow, output, inputs)


def _refuse_gap(gap: Floats, size: Floats, what: str, path: Path) -> None:
    relative = np.abs(gap) / np.maximum(size, 1e-3 * float(size.mean()))
    if (relative > LARGEST_IMBALANCE).any():
        worst = int(np.argmax(relative))
        raise InputError(
            f"the {what} of a sector does not balance",
            file=path,
            key=SECTORS[worst],
            found=f"{gap[worst]:.4g} of {size[worst]:.4g} 亿元",
            allowed=f"{LARGEST_IMBALANCE:.0%}",
        )


def _seed_empty(
    flows: Floats, inputs: Floats, output: Floats, estimates: Estimates, path: Path
) -> tuple[Floats, Floats, Floats]:
    """Give a sector without output a trace at national coefficients.

    Coefficients of an empty column are not defined; a millionth of all output lets it stand.
    """
    empty = np.flatnonzero(output <= SMALLEST_OUTPUT * float(output.sum()))
    if not empty.size:
        return flows, inputs, output
    coefficients, shares, *_ = national_structure()
    trace = SMALLEST_OUTPUT * float(output.sum())
    flows, inputs, output = flows.copy(), inputs.copy(), output.copy()
    for j in empty:
        output[j] = trace
        flows[:, j], inputs[:, j] = coefficients[:, j] * trace, shares[:, j] * trace
    codes = [SECTORS[j] for j in empty]
    estimates.add(
        STEM,
        (f"sectors {', '.join(codes)}", f"{'、'.join(codes)}部门"),
        ("no output in the table", "表中无产出"),
        ("a millionth of all output at national coefficients", "按全国系数取总产出的百万分之一"),
        source=path.name,
    )
    return flows, inputs, output


def official(
    flows: Floats, uses: Floats, imports: Floats, inflow: Floats, output: Floats, inputs: Floats
) -> OfficialTable:
    """Arrange a balanced table; subtotals follow from it."""
    return OfficialTable(
        flows=flows,
        final_uses=uses,
        imports=imports,
        inflow=inflow,
        output=output,
        primary_inputs=inputs,
        value_added=inputs.sum(axis=0),
    )


def national_structure() -> tuple[Floats, Floats, Floats, Floats]:
    """Return the structure of the national table of 2020 (NBS), `data/national_structure.csv`.

    Returns
    -------
    (coefficients (42, 42), primary input shares (4, 42), use shares (4, 42), import share (42,))
        Uses: consumption, fixed capital, inventories, exports, each summing to one.
    """
    with (DATA / "national_structure.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["input"]: row for row in csv.DictReader(stream)}
    uses = ("consumption", "fixed_capital", "inventories", "exports")
    coefficients = np.array([[float(rows[i][j]) for j in SECTORS] for i in SECTORS])
    shares = np.array([[float(rows[p][j]) for j in SECTORS] for p in PRIMARY_INPUTS])
    total = coefficients.sum(axis=0) + shares.sum(axis=0)  # one but for six printed digits
    return (
        coefficients / total,
        shares / total,
        np.array([[float(rows[i][use]) for i in SECTORS] for use in uses]),
        np.array([float(rows[i]["import_share"]) for i in SECTORS]),
    )


def national_value_added(year: str) -> Floats:
    """Return national value added (42,) of 2017, 2018 or 2020, 亿元 (NBS)."""
    with (DATA / "national_value_added.csv").open(encoding="utf-8", newline="") as stream:
        return np.array([float(row[year]) for row in csv.DictReader(stream)])


def regional_table(
    figures: Figures, consumption_split: Floats, totals: dict[str, float], estimates: Estimates
) -> OfficialTable:
    """Derive a table from national coefficients by Flegg's location quotient.

    Value added by sector is the broad sector's at national proportions; local supply is
    ``min(1, FLQ)`` of the diagonal with value added as size (Flegg and Webber 1997), held
    below what is left of output after exports; outflow is the rest of output.

    Parameters
    ----------
    figures : Figures
    consumption_split : ndarray (3, 42)
        Share of `CONSUMPTION_USES` in the consumption of each product.
    totals : dict
        Final-use totals of the province, 亿元.
    estimates : Estimates
    """
    coefficients, shares, use_shares, import_share = national_structure()
    national = national_value_added("2020")
    added = np.empty(len(SECTORS))
    for name, codes in BROAD.items():
        member = np.array([code in codes for code in SECTORS])
        added[member] = figures.need(name).value * national[member] / national[member].sum()
    output = added / shares.sum(axis=0)
    flows = coefficients * output
    uses = np.zeros((len(FINAL_USES), len(SECTORS)))
    household = sum(totals[name] for name in CONSUMPTION_USES) * use_shares[0]
    uses[:3] = consumption_split * household
    for row, share in zip(("fixed_capital", "inventories", "exports"), use_shares[1:], strict=True):
        uses[FINAL_USES.index(row)] = totals[row] * share
    uses[EXPORTS] = np.minimum(uses[EXPORTS], 0.8 * output)
    purchases = flows.sum(axis=1) + uses[LOCAL_USES].sum(axis=0)
    quotient = np.minimum(np.diag(np.asarray(flq(added, national))), 0.95)
    local = np.minimum(quotient * purchases, 0.9 * (output - uses[EXPORTS]))
    uses[OUTFLOW] = output - uses[EXPORTS] - local
    imports = np.minimum(import_share * purchases, 0.8 * (purchases - local))
    estimates.add(
        STEM,
        ("the input-output table", "投入产出表"),
        ("no io_table in the folder", "目录中没有io_table"),
        (
            "national coefficients of 2020 by Flegg's location quotient, value added by broad "
            "sector at national proportions",
            "用2020年全国系数和弗莱格区位商推算，三次产业内部按全国构成",
        ),
        source="NBS national table of 2020 (national_structure.csv); Flegg and Webber 1997",
    )
    return official(flows, uses, imports, purchases - local - imports, output, shares * output)
