"""Input-output analysis: demand, output and the closure of the accounts."""
