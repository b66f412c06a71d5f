"""Judging a run against the targets of the plan and of the yearly reports."""
