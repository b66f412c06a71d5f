"""The ensemble: uncertain inputs, random numbers, drivers by draw, order-free results."""
