"""Tables, charts and reports of a run, in English and Chinese."""
