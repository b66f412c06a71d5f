from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.ensemble import distributions
from sim.ensemble.distributions import CODES, quantile, standard_deviation

NAN = np.nan
CASES = {
    "truncated_normal": (
        [0.1, 0.5, -0.2, 0.6, NAN, NAN],
        stats.truncnorm((-0.2 - 0.1) / 0.5, (0.6 - 0.1) / 0.5, loc=0.1, scale=0.5),
    ),
    "triangular": ([0.3, NAN, -1.0, 2.0, NAN, NAN], stats.triang(1.3 / 3.0, loc=-1, scale=3)),
    "uniform": ([NAN, NAN, -1.0, 3.0, NAN, NAN], stats.uniform(-1, 4)),
}
SCORES = np.linspace(-6, 6, 241)


@pytest.mark.parametrize("name", CASES)
def test_quantiles_and_spread_agree_with_scipy(name):
    values, law = CASES[name]
    parameter = np.array(values)
    ours = np.array([quantile(CODES[name], z, parameter) for z in SCORES])
    expected = np.where(SCORES < 0, law.ppf(stats.norm.cdf(SCORES)), law.isf(stats.norm.sf(SCORES)))
    np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-12)
    assert standard_deviation(CODES[name], parameter) == pytest.approx(law.std(), rel=1e-4)


def test_slip_is_zero_with_its_probability_and_weibull_above():
    shape, zero = 1.7, 0.2
    parameter = np.array([NAN, NAN, NAN, NAN, shape, zero])
    code = distributions.SLIP
    assert quantile(code, stats.norm.ppf(0.2) - 1e-9, parameter) == 0.0
    assert quantile(code, stats.norm.ppf(0.2) + 1e-6, parameter) > 0.0
    z = stats.norm.ppf(0.9)
    weibull = stats.weibull_min(shape)
    assert quantile(code, z, parameter) == pytest.approx(weibull.ppf(0.7 / 0.8), rel=1e-12)
    second = 0.8 * weibull.moment(2) - (0.8 * weibull.mean()) ** 2
    relative = np.sqrt(second) / weibull.ppf(0.3 / 0.8)
    assert standard_deviation(code, parameter) == pytest.approx(relative, rel=1e-3)


def test_gaussian_spread_is_its_scale():
    assert standard_deviation(CODES["normal"], np.array([NAN, 0.3, NAN, NAN, NAN, NAN])) == 0.3
