"""The base year 2025: accounts reconciled from statistics, shipped as a pack."""
