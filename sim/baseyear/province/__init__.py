"""Calibration of any province from a folder of plain csv or xlsx files.

`read_province` turns the folder into the same inputs that the built-in definition of
Liaoning gives; from there on one path of code serves both (`sim.baseyear.calibrate`). The
format is told in `docs/user/calibrate.md`.
"""
