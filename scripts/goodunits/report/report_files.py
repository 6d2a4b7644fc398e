"""Which files of the project the report is made of. Standard library only."""

TEMPLATE = "report.html.j2"
# In the order in which the page needs them.
STYLES = ("vendor/uPlot.min.css", "style.css")
SCRIPTS = (
    "vendor/uPlot.iife.min.js",
    "data.js",
    "rules.js",
    "draw.js",
    "table.js",
    "charts.js",
    "points.js",
    "pairs.js",
    "people.js",
    "explorer.js",
    "sweep.js",
    "criteria_view.js",
    "session.js",
    "main.js",
)
FIGURES = ("yield", "labels", "costs", "together", "distributions", "sessions")
PAGE = (TEMPLATE, *STYLES, *SCRIPTS)
PRESETS = (
    "allen.yaml",
    "balanced.yaml",
    "bombcell.yaml",
    "ibl.yaml",
    "recommended.yaml",
    "strict.yaml",
    "tutorial.yaml",
)
