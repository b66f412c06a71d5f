"""``python -m sim.cli``."""

from sim.cli import main

raise SystemExit(main())
