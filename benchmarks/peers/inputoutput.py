"""Input-output analysis side by side with pymrio and MARIO.

    pip install provsim pymrio 'mariopy>=1.3.2'
    python -m benchmarks.peers.inputoutput [--sizes 42 1000 4000] [--csv FILE]

Every task starts from the same labelled table, ends in the same numbers (checked before it is
timed, to 1e-8) and is done in each program as its documentation does it: labelled data in,
labelled data out. Runs alternate between programs, the best time of each counts. Threads of
the linear algebra are those of NumPy, the same for all.

Single tasks: coefficients, Leontief inverse, Ghosh inverse, multipliers of three accounts,
output for a new final demand, prices. Many tasks: a thousand demand shocks followed to the
output of every sector, and to three accounts; draws of coefficients of five technologies; draws
of all coefficients. Accounts are asked of pymrio twice: shock by shock as its documentation
does it (`calc_x_from_L`, `calc_F`), and "by product", the shortest way through its functions
(multipliers times all shocks), which still needs the whole inverse.

What limits the ratios at large n: the factorisation of I - A takes a third of the operations of
the inverse, so no task that pymrio can do with one inverse is much beyond three times faster,
and the output of every sector under m shocks takes 2 n^2 m operations in any program.
"""

from __future__ import annotations

import argparse
import csv
import gc
import importlib
import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.inputoutput.draws import column_draws, solve_draws
from models.inputoutput.table import IOTable

SIZES = (42, 1000, 4000)
ACCOUNTS = ("jobs", "energy", "co2")
TECHNOLOGIES = 5  # columns that a draw of the Monte Carlo changes
SHOCKS = 1000
DRAWS = {42: 200, 1000: 20, 4000: 5}
SECONDS = 1.0  # time spent on the repetitions of one task of one program, at least two of them
AGREEMENT = 1e-8


@dataclass
class Case:
    """One random table in the forms the three programs take.

    Attributes
    ----------
    flows, demand, output, account, value_added : DataFrame
        Z (n, n), Y (n, 1), x (n, 1), F (3, n), V (1, n).
    shocks : ndarray (n, m)
    draws : list of ndarray (n, n)
        Perturbed coefficients.
    technologies : list of ndarray (n, k)
        Perturbed columns 0 to k - 1.
    """

    flows: pd.DataFrame
    demand: pd.DataFrame
    output: pd.DataFrame
    account: pd.DataFrame
    value_added: pd.DataFrame
    shocks: np.ndarray
    draws: list[np.ndarray]
    technologies: list[np.ndarray]

    def table(self) -> IOTable:
        """Return a fresh `IOTable`: nothing is computed yet."""
        made = IOTable.from_frames(
            self.flows,
            self.demand,
            self.value_added,
            unit="million",
            year=2020,
            satellites={n: (self.account.loc[n], "unit") for n in ACCOUNTS},
            output=self.output["output"],
        )
        return made


def make_case(n: int, seed: int = 1) -> Case:
    """Return a productive table of n sectors, column sums of A about one half."""
    rng = np.random.default_rng(seed)
    names = [f"s{i:04d}" for i in range(n)]
    coefficients = rng.uniform(0.0, 1.0, (n, n)) * (rng.uniform(0.2, 0.8, n) * 2.0 / n)
    demand = rng.uniform(1.0, 10.0, n)
    output = np.linalg.solve(np.eye(n) - coefficients, demand)
    flows = coefficients * output
    draws = [coefficients * rng.uniform(0.9, 1.1, (n, n)) for _ in range(min(DRAWS.get(n, 3), 20))]
    columns = [
        coefficients[:, :TECHNOLOGIES] * rng.uniform(0.8, 1.2, (n, TECHNOLOGIES))
        for _ in range(DRAWS.get(n, 3))
    ]
    return Case(
        flows=pd.DataFrame(flows, names, names),
        demand=pd.DataFrame({"final": demand}, names),
        output=pd.DataFrame({"output": output}, names),
        account=pd.DataFrame(rng.uniform(0.0, 2.0, (3, n)) * output, list(ACCOUNTS), names),
        value_added=pd.DataFrame((output - flows.sum(axis=0))[None, :], ["value_added"], names),
        shocks=rng.uniform(0.0, 1.0, (n, SHOCKS)),
        draws=draws,
        technologies=columns,
    )


Work = Callable[[], Any]
Prepared = Callable[[], Work]


def provsim_tasks(case: Case) -> dict[str, Prepared]:
    """Return the tasks in this project; each is prepared with a table without results."""

    def fresh(work: Callable[[IOTable], Any], *, coefficients: bool = False) -> Prepared:
        def prepare() -> Work:
            table = case.table()
            if coefficients:
                _ = table.coefficients
            return lambda: work(table)

        return prepare

    def content(table: IOTable) -> np.ndarray:
        direct = np.column_stack([table.direct_coefficients(name)[0] for name in ACCOUNTS])
        return table.system.solve_transposed(direct).T

    shocks = pd.DataFrame(case.shocks, case.flows.index)

    def totals(table: IOTable) -> np.ndarray:
        found = table.account_totals(shocks, ACCOUNTS)
        return np.stack([found[name] for name in ACCOUNTS])

    def technologies(table: IOTable) -> np.ndarray:
        f = case.demand.to_numpy()[:, 0]
        columns = np.arange(TECHNOLOGIES)
        return column_draws(table.system, table.coefficients, columns, case.technologies, f)

    def draws(table: IOTable) -> np.ndarray:
        f = case.demand.to_numpy()[:, 0]
        return solve_draws(case.draws, f, centre=table.system)

    return {
        "coefficients": fresh(lambda t: t.technical_coefficients),
        "leontief inverse": fresh(lambda t: t.leontief_inverse, coefficients=True),
        "ghosh inverse": fresh(lambda t: t.ghosh_inverse),
        "multipliers": fresh(content),
        "new demand": fresh(lambda t: t.system.solve(case.shocks[:, 0])),
        "prices": fresh(
            lambda t: t.system.solve_transposed(t.direct_coefficients("value_added")[0])
        ),
        "shocks to output": fresh(lambda t: t.system.solve(case.shocks)),
        "shocks to accounts": fresh(totals),
        "shocks to accounts, by product": fresh(totals),
        "monte carlo, technologies": fresh(technologies),
        "monte carlo, all coefficients": fresh(draws),
    }


def pymrio_tasks(case: Case) -> dict[str, Prepared]:
    """Return the tasks with pymrio's functions (`pymrio.tools.iomath`)."""
    import pymrio

    Z, x, F = case.flows, case.output, case.account
    A = pymrio.calc_A(Z, x)
    first = pd.DataFrame(case.shocks[:, 0], Z.index, ["final"])
    labelled_shocks = pd.DataFrame(case.shocks, Z.index)
    shocks = [pd.DataFrame(column, Z.index, ["final"]) for column in case.shocks.T]

    def content() -> np.ndarray:
        return pymrio.calc_M(pymrio.calc_S(F, x), pymrio.calc_L(pymrio.calc_A(Z, x)))

    def output() -> np.ndarray:
        L = pymrio.calc_L(pymrio.calc_A(Z, x))
        return np.column_stack([np.asarray(pymrio.calc_x_from_L(L, shock)) for shock in shocks])

    def by_product() -> np.ndarray:
        M = pymrio.calc_M(pymrio.calc_S(F, x), pymrio.calc_L(pymrio.calc_A(Z, x)))
        return M.dot(labelled_shocks).to_numpy()

    def many() -> np.ndarray:
        L = pymrio.calc_L(pymrio.calc_A(Z, x))
        S = pymrio.calc_S(F, x)
        results = []
        for shock in shocks:
            new = pymrio.calc_x_from_L(L, shock)
            results.append(pymrio.calc_F(S, new).sum(axis=1).to_numpy())
        return np.column_stack(results)

    def drawn(tables: Sequence[np.ndarray]) -> np.ndarray:
        results = []
        for values in tables:
            L = pymrio.calc_L(pd.DataFrame(values, Z.index, Z.columns))
            results.append(np.asarray(pymrio.calc_x_from_L(L, case.demand)).ravel())
        return np.stack(results)

    def technologies() -> np.ndarray:
        results = []
        base = pymrio.calc_A(Z, x)
        for columns in case.technologies:
            changed = base.copy()
            changed.iloc[:, :TECHNOLOGIES] = columns
            L = pymrio.calc_L(changed)
            results.append(np.asarray(pymrio.calc_x_from_L(L, case.demand)).ravel())
        return np.stack(results)

    works: dict[str, Work] = {
        "coefficients": lambda: pymrio.calc_A(Z, x),
        "leontief inverse": lambda: pymrio.calc_L(A),
        "ghosh inverse": lambda: pymrio.calc_G(pymrio.calc_B(Z, x)),
        "multipliers": content,
        "new demand": lambda: np.asarray(
            pymrio.calc_x_from_L(pymrio.calc_L(pymrio.calc_A(Z, x)), first)
        ).ravel(),
        "shocks to output": output,
        "shocks to accounts": many,
        "shocks to accounts, by product": by_product,
        "monte carlo, technologies": technologies,
        "monte carlo, all coefficients": lambda: drawn(case.draws),
    }
    return {name: _ready(work) for name, work in works.items()}


def mario_tasks(case: Case) -> dict[str, Prepared]:
    """Return the tasks with MARIO's formulas (`mario.compute.primitives`)."""
    mario = importlib.import_module("mario.compute.primitives")
    logging.getLogger("mario").setLevel(logging.ERROR)
    Z, X = case.flows, case.output.set_axis(["production"], axis=1)
    E, V = case.account, case.value_added
    z = mario.calc_z(Z, X)
    first = pd.DataFrame(case.shocks[:, 0], Z.index, ["final"])
    shocks = [pd.DataFrame(column, Z.index, ["final"]) for column in case.shocks.T]

    def many() -> np.ndarray:
        w = mario.calc_w(mario.calc_z(Z, X))
        e = mario.calc_e(E, X)
        results = []
        for shock in shocks:
            new = mario.calc_X_from_w(w, shock)
            results.append(mario.calc_E(e, new).sum(axis=1).to_numpy())
        return np.column_stack(results)

    def solved(values: np.ndarray) -> np.ndarray:
        frame = pd.DataFrame(values, Z.index, Z.columns)
        return np.asarray(mario.calc_X_from_z(frame, case.demand)).ravel()

    def technologies() -> np.ndarray:
        base = mario.calc_z(Z, X)
        results = []
        for columns in case.technologies:
            changed = base.copy()
            changed.iloc[:, :TECHNOLOGIES] = columns
            results.append(np.asarray(mario.calc_X_from_z(changed, case.demand)).ravel())
        return np.stack(results)

    works: dict[str, Work] = {
        "coefficients": lambda: mario.calc_z(Z, X),
        "leontief inverse": lambda: mario.calc_w(z),
        "ghosh inverse": lambda: mario.calc_g(mario.calc_b(X, Z)),
        "multipliers": lambda: mario.calc_f(mario.calc_e(E, X), mario.calc_w(mario.calc_z(Z, X))),
        "new demand": lambda: np.asarray(mario.calc_X_from_z(mario.calc_z(Z, X), first)).ravel(),
        "prices": lambda: np.asarray(
            mario.calc_p(mario.calc_v(V, X), mario.calc_w(mario.calc_z(Z, X)))
        ).ravel(),
        "shocks to accounts": many,
        "monte carlo, technologies": technologies,
        "monte carlo, all coefficients": lambda: np.stack([solved(d) for d in case.draws]),
    }
    return {name: _ready(work) for name, work in works.items()}


def _ready(work: Work) -> Prepared:
    return lambda: work


PROGRAMS: dict[str, Callable[[Case], dict[str, Prepared]]] = {
    "provsim": provsim_tasks,
    "pymrio": pymrio_tasks,
    "mario": mario_tasks,
}


def compare(n: int, programs: Sequence[str]) -> list[dict[str, object]]:
    """Time every task at one size.

    Returns
    -------
    list of dict
        n, task, seconds of each program, ratio to provsim of each other one.
    """
    case = make_case(n)
    tasks = {name: PROGRAMS[name](case) for name in programs}
    rows: list[dict[str, object]] = []
    for task in tasks["provsim"]:
        works = {name: tasks[name][task] for name in programs if task in tasks[name]}
        _check(task, works)
        best = _best_times(works)
        row: dict[str, object] = {"n": n, "task": task}
        for name in programs:
            row[name] = best.get(name)
            if name != "provsim":
                row[f"{name}/provsim"] = best[name] / best["provsim"] if name in best else None
        rows.append(row)
        _tell(row, programs)
    return rows


def _check(task: str, works: dict[str, Prepared]) -> None:
    results = {name: np.asarray(prepare()(), dtype=float) for name, prepare in works.items()}
    wanted = results["provsim"]
    for name, found in results.items():
        gap = float(np.abs(found - wanted).max() / np.abs(wanted).max())
        if not gap <= AGREEMENT:
            raise SystemExit(f"{task}: {name} differs by {gap:.2g}")


def _best_times(works: dict[str, Prepared]) -> dict[str, float]:
    """Alternate between programs until each has had its time."""
    best = dict.fromkeys(works, np.inf)
    spent = dict.fromkeys(works, 0.0)
    rounds = 0
    while rounds < 2 or min(spent.values()) < SECONDS:
        for name, prepare in works.items():
            if rounds >= 2 and spent[name] > 5.0 * SECONDS:
                continue
            work = prepare()
            gc.collect() if rounds == 0 else None
            start = time.perf_counter()
            work()
            elapsed = time.perf_counter() - start
            best[name] = min(best[name], elapsed)
            spent[name] += elapsed
        rounds += 1
        if rounds > 200:
            break
    return best


def _tell(row: dict[str, object], programs: Sequence[str]) -> None:
    cells = [f"{row['n']:>5}  {row['task']:<30}"]
    for name in programs:
        seconds = row[name]
        cells.append(f"{seconds:>11.6f}" if isinstance(seconds, float) else f"{'—':>11}")
    for name in programs[1:]:
        ratio = row[f"{name}/provsim"]
        cells.append(f"{ratio:>9.1f}×" if isinstance(ratio, float) else f"{'—':>10}")
    print(" ".join(cells), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of times and ratios, and write it as csv where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--csv", type=Path)
    options = parser.parse_args(arguments)
    programs = ["provsim"]
    for name in ("pymrio", "mario"):
        try:
            importlib.import_module(name)
        except ImportError:
            print(f"{name} is not installed and left out", file=sys.stderr)
            continue
        programs.append(name)
    heads = [f"{name:>11}" for name in programs] + [
        f"{name}/ours".rjust(10) for name in programs[1:]
    ]
    print(f"{'n':>5}  {'task (best time, s)':<30} " + " ".join(heads))
    rows = [row for n in options.sizes for row in compare(n, programs)]
    if options.csv is not None:
        with options.csv.open("w", encoding="utf8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
