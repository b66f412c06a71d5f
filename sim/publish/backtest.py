"""The backtest for readers: what it says, bad news first, its tables and its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sim.assess.backtest.run import AVERAGE, OURS, Backtest
from sim.assess.backtest.summary import ALL_YEARS, pit_histogram, score_table
from sim.baseyear.growth_width import CHOSEN_CRITERION, MEAN, YEARLY
from sim.publish.numbers import missing, percent, plain, quantity, signed
from sim.publish.tables import plain_table
from sim.publish.words import join_names, word

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table

NOMINAL: Final = 0.9
SHORTFALL: Final = 0.05  # coverage below nominal by more than this is called too narrow
LEAST_PAIRS: Final = 10  # fewer targets with outcomes are a list, not a distribution
SIGNIFICANT: Final = 2.0
HEADLINES: Final = (ALL_YEARS, AVERAGE, 1)


def points(value: float, digits: int = 2) -> str:
    """Show a fraction as percentage points without a sign of percent."""
    return plain(digits)(100.0 * value)


def variables(scores: pd.DataFrame) -> list[str]:
    """Return the variables of a score table in its order."""
    return [str(name) for name in dict.fromkeys(scores["variable"])]


def findings(backtest: Backtest, targets: pd.DataFrame | None, lang: str) -> list[str]:
    """Return what the backtest says in sentences, where we lose first.

    Parameters
    ----------
    backtest : Backtest
        The backtest.
    targets : pandas.DataFrame or None
        `sim.assess.backtest.targets.target_record`; None for another province.
    lang : {"en", "zh"}
        Language.
    """
    scores = score_table(backtest.pairs)
    bad: list[str] = []
    good: list[str] = []
    for variable in variables(scores):
        for horizon in HEADLINES:
            part = scores[(scores["variable"] == variable) & (scores["horizon"] == horizon)]
            if part.empty:
                continue
            text, lost = _rank_sentence(part, variable, horizon, lang)
            (bad if lost else good).append(text)
    for variable in variables(scores):
        for horizon in HEADLINES[:2]:
            own = scores[
                (scores["variable"] == variable)
                & (scores["horizon"] == horizon)
                & (scores["forecaster"] == OURS)
            ]
            if not own.empty:
                bad.append(_coverage_sentence(own.iloc[0], lang))
    return [*bad, *good, *_width_sentences(backtest, lang), *_scope(backtest, targets, lang)]


def _measure(variable: str, horizon: int, lang: str) -> str:
    name = word(f"backtest_{variable}", lang)
    return word("backtest_measure", lang, name=name, horizon=horizon_name(horizon, lang))


def _rank_sentence(part: pd.DataFrame, variable: str, horizon: int, lang: str) -> tuple[str, bool]:
    """Say where we stand; True where a rival is ahead."""
    ours = part[part["forecaster"] == OURS].iloc[0]
    others = part[part["forecaster"] != OURS]
    best = others.iloc[0]
    lost = int(ours["rank"]) > 1
    error = best["difference_se"]
    clear = not missing(error) and abs(best["difference"]) > SIGNIFICANT * error
    text = word(
        "backtest_lost" if lost else "backtest_won",
        lang,
        measure=_measure(variable, horizon, lang),
        rank=int(ours["rank"]),
        log_rank=int((part["log_score"] < ours["log_score"]).sum()) + 1,
        count=len(part),
        rival=word(f"forecaster_{best['forecaster']}", lang),
        ours=points(ours["crps"]),
        theirs=points(best["crps"]),
        difference=points(best["difference"]),
        error="–" if missing(error) else points(error),
    )
    verdict = word("backtest_clear" if clear else "backtest_not_clear", lang)
    return text + verdict, lost


def _coverage_sentence(own: pd.Series, lang: str) -> str:
    narrow = own["coverage_90"] < NOMINAL - SHORTFALL
    return word(
        "backtest_narrow" if narrow else "backtest_covered",
        lang,
        measure=_measure(str(own["variable"]), int(own["horizon"]), lang),
        fifty=percent(own["coverage_50"], 0),
        eighty=percent(own["coverage_80"], 0),
        ninety=percent(own["coverage_90"], 0),
        bias=points(own["bias"]),
        origins=int(own["origins"]),
        effective=plain(1)(own["effective_origins"]),
    )


def _width_sentences(backtest: Backtest, lang: str) -> list[str]:
    table = backtest.width.table
    chosen = table[table["criterion"] == CHOSEN_CRITERION].set_index(["measure", "sample"])
    out = []
    for measure, factor in (
        (YEARLY, backtest.width.factor),
        (MEAN, backtest.width.factor_mean),
    ):
        row = chosen.loc[measure]
        if row["factor"].isna().any():
            continue
        out.append(
            word(
                f"backtest_width_{measure}",
                lang,
                factor=plain(2)(factor),
                all=plain(2)(row.loc["all", "factor"]),
                low=plain(2)(row.loc["all", "factor_low"]),
                high=plain(2)(row.loc["all", "factor_high"]),
                without=plain(2)(row.loc["without_2016", "factor"]),
                calm=plain(2)(row.loc["without_2011_2016", "factor"]),
                effective=plain(1)(row.loc["all", "effective_origins"]),
            )
        )
        worse = row.loc["all", "score"] > row.loc["all", "score_at_one"]
        if worse:
            out.append(
                word(
                    "backtest_width_unstable",
                    lang,
                    held=points(row.loc["all", "score"]),
                    one=points(row.loc["all", "score_at_one"]),
                )
            )
    return out


def _scope(backtest: Backtest, targets: pd.DataFrame | None, lang: str) -> list[str]:
    out = [word("backtest_reduced_form", lang)]
    if targets is None:
        out.append(word("backtest_no_targets", lang))
    else:
        count = int((targets["indicator"] == "gdp_growth").sum())
        if count < LEAST_PAIRS:
            out.append(word("backtest_few_targets", lang, count=count))
    absent = backtest.missing[backtest.missing["origin"] == 0]["variable"]
    if len(absent):
        names = [word(f"backtest_{name}", lang) for name in absent]
        out.append(word("backtest_skipped", lang, names=join_names(names, lang)))
    for name, rows in backtest.missing[backtest.missing["origin"] > 0].groupby("variable"):
        out.append(
            word(
                "backtest_unknown_input",
                lang,
                name=word(f"backtest_input_{name}", lang),
                first=int(rows["origin"].min()),
                last=int(rows["origin"].max()),
            )
        )
    return out


def horizon_name(horizon: int, lang: str) -> str:
    """Return the name of a horizon of the score table."""
    if horizon == ALL_YEARS:
        return word("backtest_all_horizons", lang)
    if horizon == AVERAGE:
        return word("backtest_five_years", lang)
    return word("backtest_horizon", lang, years=horizon)


def score_tables(backtest: Backtest, lang: str) -> list[Table]:
    """Return the score tables for the terminal, by variable: all horizons, then CRPS by each."""
    scores = score_table(backtest.pairs)
    tables = []
    for variable in variables(scores):
        part = scores[scores["variable"] == variable]
        tables += [_whole_table(part, variable, lang), _horizon_table(part, variable, lang)]
    return [*tables, _pit_table(backtest, lang)]


def _whole_table(part: pd.DataFrame, variable: str, lang: str) -> Table:
    columns = [
        ("horizon", word("backtest_head_horizon", lang)),
        ("rank", ">" + word("backtest_head_rank", lang)),
        ("forecaster", word("backtest_head_forecaster", lang)),
        ("crps", ">" + word("backtest_head_crps", lang)),
        ("difference", ">" + word("backtest_head_difference", lang)),
        ("log_score", ">" + word("backtest_head_log", lang)),
        ("coverage", ">" + word("backtest_head_coverage", lang)),
        ("bias", ">" + word("backtest_head_bias", lang)),
        ("effective", ">" + word("backtest_head_effective", lang)),
    ]
    whole = part[part["horizon"].isin([ALL_YEARS, AVERAGE])]
    rows = [_score_cells(row, lang) for row in whole.to_dict("records")]
    title = word("backtest_table", lang, name=word(f"backtest_{variable}", lang))
    return plain_table(title, columns, rows)


def _horizon_table(part: pd.DataFrame, variable: str, lang: str) -> Table:
    """CRPS by horizon, our rank in the last row."""
    single = part[part["horizon"] > 0]
    table = single.pivot(index="forecaster", columns="horizon", values="crps")
    ranks = single[single["forecaster"] == OURS].set_index("horizon")["rank"]
    columns = [("forecaster", word("backtest_head_forecaster", lang))]
    columns += [(str(h), ">" + horizon_name(int(h), lang)) for h in table.columns]
    order = part[part["horizon"] == ALL_YEARS]["forecaster"]
    rows = [
        {
            "forecaster": word(f"forecaster_{name}", lang),
            **{str(h): points(float(value)) for h, value in table.loc[name].items()},
        }
        for name in order
    ]
    rows.append(
        {
            "forecaster": word("backtest_our_rank", lang),
            **{str(h): str(rank) for h, rank in ranks.items()},
        }
    )
    title = word("backtest_horizon_table", lang, name=word(f"backtest_{variable}", lang))
    return plain_table(title, columns, rows)


def _score_cells(row: dict[str, object], lang: str) -> dict[str, str]:
    values = {key: float(str(value)) for key, value in row.items() if _is_number(value)}
    ours = row["forecaster"] == OURS
    error = values["difference_se"]
    shown = "" if missing(error) else f" ± {points(error)}"
    covered = "/".join(plain(0)(100.0 * values[f"coverage_{level}"]) for level in (50, 80, 90))
    return {
        "horizon": horizon_name(int(values["horizon"]), lang) if values["rank"] == 1 else "",
        "rank": f"{values['rank']:.0f}",
        "forecaster": word(f"forecaster_{row['forecaster']}", lang),
        "crps": points(values["crps"]),
        "difference": "" if ours else points(values["difference"]) + shown,
        "log_score": plain(2)(values["log_score"]),
        "coverage": covered,
        "bias": signed(f"{100 * values['bias']:+.2f}"),
        "effective": f"{values['origins']:.0f} ({values['effective_origins']:.1f})",
    }


def _is_number(value: object) -> bool:
    return not isinstance(value, str)


def _pit_table(backtest: Backtest, lang: str) -> Table:
    histogram = pit_histogram(backtest.pairs)
    columns = [("variable", word("backtest_head_variable", lang))]
    bins = list(dict.fromkeys(zip(histogram["low"], histogram["high"], strict=True)))
    columns += [(f"{low:.1f}", f">{low:.1f}–{high:.1f}") for low, high in bins]
    rows = []
    for variable in variables(histogram):
        own = histogram[histogram["variable"] == variable]
        cells = {
            f"{low:.1f}": percent(share, 0)
            for low, share in zip(own["low"], own["share"], strict=True)
        }
        rows.append({"variable": word(f"backtest_{variable}", lang), **cells})
    return plain_table(word("backtest_pit_table", lang), columns, rows)


def origin_table(backtest: Backtest, origin: int, lang: str) -> Table:
    """Return what everybody said at one origin, and what came."""
    rows = backtest.pairs[backtest.pairs["origin"] == origin]
    columns = [
        ("variable", word("backtest_head_variable", lang)),
        ("year", word("backtest_head_year", lang)),
        ("forecaster", word("backtest_head_forecaster", lang)),
        ("mean", ">" + word("backtest_head_mean", lang)),
        ("range", ">" + word("backtest_head_range", lang)),
        ("observed", ">" + word("backtest_head_observed", lang)),
        ("crps", ">" + word("backtest_head_crps", lang)),
        ("pit", ">PIT"),
    ]
    cells = []
    for row in rows.sort_values(["variable", "horizon"], kind="stable").itertuples():
        year = f"{origin + 1}–{row.target_year}" if row.horizon == AVERAGE else row.target_year
        cells.append(
            {
                "variable": word(f"backtest_{row.variable}", lang),
                "year": str(year),
                "forecaster": word(f"forecaster_{row.forecaster}", lang),
                "mean": percent(float(row.mean)),
                "range": f"{percent(float(row.q05))} … {percent(float(row.q95))}",
                "observed": percent(float(row.observed)),
                "crps": points(float(row.crps)),
                "pit": plain(2)(float(row.pit)),
            }
        )
    return plain_table(word("backtest_origin_table", lang, origin=origin), columns, cells)


def width_table(backtest: Backtest, lang: str) -> Table:
    """Return the table of the width factor."""
    columns = [
        ("measure", word("backtest_head_variable", lang)),
        ("sample", word("backtest_head_sample", lang)),
        ("criterion", word("backtest_head_criterion", lang)),
        ("factor", ">" + word("backtest_head_factor", lang)),
        ("range", ">" + word("backtest_head_held_range", lang)),
        ("score", ">" + word("backtest_head_held", lang)),
        ("coverage", ">" + word("backtest_head_coverage", lang)),
        ("effective", ">" + word("backtest_head_effective", lang)),
    ]
    rows = []
    for row in backtest.width.table.dropna(subset=["factor"]).itertuples():
        covered = (row.coverage_50, row.coverage_80, row.coverage_90)
        rows.append(
            {
                "measure": word(f"backtest_measure_{row.measure}", lang),
                "sample": word(f"backtest_sample_{row.sample}", lang),
                "criterion": word(f"backtest_criterion_{row.criterion}", lang),
                "factor": plain(2)(float(row.factor)),
                "range": f"{float(row.factor_low):.2f} – {float(row.factor_high):.2f}",
                "score": f"{plain(3)(float(row.score))} ({plain(3)(float(row.score_at_one))})",
                "coverage": "/".join(plain(0)(100.0 * float(value)) for value in covered),
                "effective": f"{row.origins} ({float(row.effective_origins):.1f})",
            }
        )
    return plain_table(word("backtest_width_table", lang), columns, rows)


def target_table(targets: pd.DataFrame, lang: str) -> Table:
    """Return the list of official annual targets with their outcomes."""
    columns = [
        ("name", word("backtest_head_target", lang)),
        ("year", word("backtest_head_year", lang)),
        ("target", ">" + word("backtest_head_official", lang)),
        ("outcome", ">" + word("backtest_head_observed", lang)),
        ("model", ">" + word("backtest_head_model", lang)),
    ]
    rows = []
    for row in targets.to_dict("records"):
        mean = row["model_mean"]
        low, high = (percent(float(row[name])) for name in ("model_q05", "model_q95"))
        rows.append(
            {
                "name": str(row["name_zh" if lang == "zh" else "name_en"]),
                "year": str(row["year"]),
                "target": quantity(row["target"], str(row["unit"]), lang),
                "outcome": quantity(row["outcome"], str(row["unit"]), lang),
                "model": "" if missing(mean) else f"{percent(float(mean))} ({low} … {high})",
            }
        )
    return plain_table(word("backtest_target_table", lang), columns, rows)


def backtest_chart(backtest: Backtest, lang: str) -> Figure:
    """Draw what came against the fan of every origin: one year ahead and mean of five."""
    from sim.publish import style

    pairs = backtest.pairs
    ours = pairs[(pairs["forecaster"] == OURS) & (pairs["variable"] == "gdp_growth")]
    shown = [(1, word("backtest_next_year", lang)), (AVERAGE, word("backtest_five_years", lang))]
    with style.styled(lang):
        made = style.page(
            [name for _, name in shown],
            word("backtest_chart", lang),
            word("backtest_chart_unit", lang),
            word("backtest_chart_note", lang),
            label_width=0.3,
        )
        for axes, (horizon, _) in zip(made.panels, shown, strict=True):
            own = ours[ours["horizon"] == horizon].sort_values("origin")
            years = own["origin"].to_numpy()
            axes.fill_between(years, own["q05"], own["q95"], color=style.BAND_90, linewidth=0)
            axes.fill_between(years, own["q25"], own["q75"], color=style.BAND_50, linewidth=0)
            axes.plot(years, own["q50"], color=style.ACCENT, linewidth=1.6)
            axes.plot(years, own["observed"], "o", color=style.TARGET, markersize=4)
            style.percent_axis(axes)
            axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
        return made.figure
