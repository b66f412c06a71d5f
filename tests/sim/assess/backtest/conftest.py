"""One backtest for all tests of it, kept in a cache folder of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sim.assess.backtest import Backtest, run_backtest
from sim.assess.backtest.information import Record, load_record

DRAWS = 400


@pytest.fixture(scope="session")
def record() -> Record:
    return load_record()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = str(tmp_path_factory.mktemp("cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", folder)
        yield folder


@pytest.fixture(scope="session")
def backtest(cache: str, record: Record) -> Backtest:
    return run_backtest(record=record, draws=DRAWS)
