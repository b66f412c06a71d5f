"""Energy: final demand, power, primary energy."""
