"""What the record says of the energy and carbon block: history split, and tests on it.

- `inventory`: what moved CO2 from 1997 to 2019 (LMDI on the CEADs inventory);
- `out_of_sample`: intensities fitted up to a year against the CO2 of the years after it;
- `backcast`: the model's rules for nuclear, hydro, wind and thermal power run backwards;
- `imports`: net import by year, and how much of it own non-fossil plants displaced.
"""

from sim.assess.energy_record.backcast import backcast
from sim.assess.energy_record.inventory import by_fuel, by_sector
from sim.assess.energy_record.out_of_sample import predict_sectors, summarise_errors

__all__ = ["backcast", "by_fuel", "by_sector", "predict_sectors", "summarise_errors"]
