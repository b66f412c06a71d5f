from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.ensemble.normal import normals as fill_normals
from sim.ensemble.random import (
    GROUP,
    HALF,
    _mix64,
    centred_group,
    philox4x32,
    stream_key,
    stream_keys,
)
from sim.errors import InputError

# Random123 (Salmon et al. 2011), file kat_vectors, lines "philox4x32 10"
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words(text: str) -> list[np.uint64]:
    return [np.uint64(int(word, 16)) for word in text.split()]


def uniforms(key: int, group: int, year: int = 2026, *, mirrored: bool = False) -> np.ndarray:
    out = np.empty(GROUP)
    centred_group(np.uint64(key), year, group, mirrored, out)
    return out


def normals(key: int, groups: int, year: int = 2026) -> np.ndarray:
    out = np.empty((groups, GROUP))
    for group in range(groups):
        fill_normals(uniforms(key, group, year), out[group])
    return out.ravel()


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter, key, answer):
    assert list(philox4x32(*words(counter), *words(key))) == words(answer)


def leading_odd(words: list[np.uint64]) -> int:
    """The leading 52 bits of two words, the last of them set."""
    return ((int(words[0]) << 32) | int(words[1])) >> 12 | 1


@pytest.mark.parametrize("group", [0, 3, 2**27 - 1, 2**27, 2**40 + 5])
def test_uniforms_are_the_leading_bits_of_the_counter_of_draw_and_year(group):
    key = stream_key(7, "gap_shock")
    k0, k1 = np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32)
    out = uniforms(key, group, 2029)
    for place in (0, 1, HALF - 1, HALF, GROUP - 1):
        counter = HALF * group + place % HALF
        low, high = np.uint64(counter & 0xFFFFFFFF), np.uint64(counter >> 32)
        four = philox4x32(low, high, np.uint64(2029), np.uint64(0), k0, k1)
        two = four[2:] if place >= HALF else four[:2]
        assert out[place] == leading_odd(two) / 2**52 - 0.5


def test_mirrored_draws_are_exact_mirror_images_of_fresh_draws():
    key = stream_key(7, "gap_shock")
    pairs = uniforms(key, 5, mirrored=True).reshape(HALF, 2)
    np.testing.assert_array_equal(pairs[:, 0], -pairs[:, 1])
    np.testing.assert_array_equal(pairs[:, 0], uniforms(key, 5)[:HALF])


@given(group=st.integers(0, 2**40), key=st.integers(0, 2**64 - 1))
def test_uniforms_are_odd_multiples_of_a_power_of_two_inside_the_unit_interval(group, key):
    out = uniforms(key, group)
    assert np.all(np.abs(out) < 0.5)
    assert np.all((out * 2.0**52).astype(np.int64) % 2 == 1)


def test_normals_have_the_moments_and_shape_of_the_normal_distribution():
    z = normals(stream_key(3, "a"), 3200)
    n = z.size
    assert abs(z.mean()) < 4 / np.sqrt(n)
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs((z**3).mean()) < 4 * np.sqrt(15 / n)
    assert abs((z**4).mean() - 3) < 4 * np.sqrt(96 / n)
    assert stats.kstest(z, "norm").pvalue > 1e-3


def test_streams_years_and_neighbouring_draws_are_uncorrelated():
    a = normals(stream_key(3, "a"), 800)
    b = normals(stream_key(3, "b"), 800)
    c = normals(stream_key(3, "a"), 800, 2027)
    d = normals(stream_key(4, "a"), 800)
    for other in (b, c, d, np.roll(a, 1), np.roll(a, 2), np.roll(a, HALF)):
        assert abs(np.mean(a * other)) < 4.5 / np.sqrt(a.size)


def test_keys_depend_on_seed_and_name_and_are_frozen():
    names = ["gap_shock", "tfp_trend", "slip_xudabao_3"]
    keys = {int(key) for seed in range(200) for key in stream_keys(seed, names)}
    assert len(keys) == 600
    assert stream_key(1, "gap_shock") == 6547033161024221344


def test_mixing_step_is_that_of_splitmix64():
    # first two numbers of SplitMix64 from seed 0, as in the reference implementation
    assert _mix64(0) == 0xE220A8397B1DCDAF
    assert _mix64(0x9E3779B97F4A7C15) == 0x6E789E6AA1B965F4


def test_seed_outside_64_bits_is_refused():
    with pytest.raises(InputError, match=r"seed: out of range; found -1"):
        stream_key(-1, "a")
