"""How verdicts are shown: a report as JSON, JUnit, Markdown, HTML and on a terminal, and the lane drawing of a run."""
