# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4 增长从哪里来，趋势有多可靠？ Where did growth come from, and how sure is the trend?
#
# 增长核算（1979年以来，劳动多为估算）、趋势与缺口的联合后验抽样，以及评审人会问的检验。
#
# Growth accounts since 1979 (labour is mostly a proxy), the joint posterior draws of trend and
# gap, and the checks that a referee asks for.

# %%
# %matplotlib inline
import pandas as pd
from IPython.display import display

from sim.baseyear.pack import load_pack
from sim.publish.growth import growth_accounts, growth_accounts_chart, trend_revisions_chart

pack = load_pack()

# %% [markdown]
# ## 4.1 增长核算 Growth accounts
#
# 斜线表示劳动数据为估算。两种折旧率与两种投资版本并列；修订投资对应剔除偏差的增速，
# 公布投资对应公布增速，两者不混用。
#
# Hatched: labour is a proxy. Two depreciation rates and two vintages of investment stand side by
# side; revised investment goes with estimated growth, released investment with released growth.

# %%
display(growth_accounts_chart(pack, "zh"))
means = {
    str(account): growth_accounts(pack, "en", str(account)).iloc[:, :5].loc[2005:2025].mean()
    for account in pack["growth_account"].values
}
pd.DataFrame(means).round(2)

# %% [markdown]
# ## 4.2 后验抽样 Posterior draws
#
# 1024组联合抽样：趋势、缺口、持续性和两个标准差。R-hat接近1，说明各链一致。
#
# 1,024 joint draws of trend, gap, persistence and two standard deviations. R-hat near 1: the
# chains agree.

# %%
draws = pack["growth_posterior_draws"].to_pandas()
display(draws.describe(percentiles=[0.05, 0.5, 0.95]).T.round(4))
display(draws.corr().round(2))
pd.DataFrame(
    {
        "R-hat": pack["posterior_r_hat"].to_pandas(),
        "effective draws": pack["posterior_effective_draws"].to_pandas(),
    }
).round(3)

# %% [markdown]
# ## 4.3 检验与修订 Diagnostics and revisions
#
# 残差存在自相关，且近年波动更小；历史趋势曾被大幅修订，标准差并未包含这样的修订。
#
# The residuals are autocorrelated and quieter of late; the trend of the past was revised by more
# than its standard deviation allows for.

# %%
names = [name for name in pack.data_vars if str(name).startswith("residual_r")]
names += [name for name in pack.data_vars if str(name).startswith("residual_f")]
display(pack[names].to_dataframe().round(3))
display(trend_revisions_chart(pack, "zh"))
priors = ["prior_tfp_trend", "prior_tfp_trend_sd", "prior_output_gap_sd", "prior_growth_2026_2030"]
(100 * pack[priors].to_dataframe()).round(2)
