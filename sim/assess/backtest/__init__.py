"""The backtest: what the model would have said at every origin, and how it was wrong.

`run_backtest` projects from every origin with what was known then and scores the outcome;
`growth_width` says by how much the growth fan must be widened.
"""

from sim.assess.backtest.information import Information, known_at
from sim.assess.backtest.run import Backtest, run_backtest
from sim.assess.backtest.width import WidthResult, growth_width

__all__ = [
    "Backtest",
    "Information",
    "WidthResult",
    "growth_width",
    "known_at",
    "run_backtest",
]
