"""Write every page, table and picture that is made from data: `make generated`."""

from __future__ import annotations

from sim.assess.energy_record.page import energy_record_markdown
from sim.baseyear.pack import load_pack
from sim.baseyear.page import base_year_markdown
from sim.ensemble.inputs_page import write_inputs_page
from sim.publish.charts import save_figure, write_figures
from sim.publish.decompositions import history_chart
from sim.scenario.page import levers_table_markdown
from sim.scenario.schema import write_schema
from sim.scenario.units_page import units_page_markdown
from tests.docs import backtest_table, variables_table
from tests.readme import PAGES, ROOT, filled, readme_run, readme_table
from tests.sim.expected import regenerate as expected

IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Regenerate; the base-year pack itself comes from `provsim calibrate`."""
    docs = ROOT / "docs" / "data"
    write_schema(ROOT / "sim" / "scenario" / "data" / "scenario.schema.json")
    (docs / "levers.md").write_text(levers_table_markdown(), encoding="utf8")
    (docs / "units.md").write_text(units_page_markdown(), encoding="utf8")
    write_inputs_page(docs / "inputs.md")
    (docs / "base_year.md").write_text(base_year_markdown(), encoding="utf8")
    record = ROOT / "docs" / "methods" / "energy_record.md"
    record.write_text(energy_record_markdown(), encoding="utf8")
    for made in (variables_table, backtest_table):
        text = made.filled(made.PAGE.read_text(encoding="utf8"))
        made.PAGE.write_text(text, encoding="utf8")
    expected.main()
    run = readme_run()
    for lang, readme in PAGES.items():
        text = filled(readme.read_text(encoding="utf8"), readme_table(run, lang))
        readme.write_text(text, encoding="utf8")
        for path in write_figures(run, IMAGES, lang):
            if path.suffix != ".png":
                path.unlink()
        save_figure(history_chart(load_pack(), lang), IMAGES / f"co2_history.{lang}.png", lang)


if __name__ == "__main__":
    main()
