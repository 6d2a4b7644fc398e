"""The report as somebody has it who opens it from disk, without any network."""

import json

import pytest
import yaml

import made_report
from browser.conftest import HARMFUL
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, unit_verdict

FAULTS = """
axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21aa"]})
  .then((found) => found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 150))))
"""


def test_nothing_is_asked_of_anybody_and_nothing_fails(page):
    page.run("gu.openUnit(3)")
    assert page.requests == [] or all(url.startswith(("data:", "blob:")) for url in page.requests)
    assert page.problems == []


@pytest.mark.parametrize("width", [1400, 800, 400])
def test_the_page_is_never_wider_than_its_window(page, width):
    page.resize(width)
    page.run("window.dispatchEvent(new Event('resize'))")
    page.wait_for("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page, axe, scheme):
    page.call(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
    )
    page.run("gu.openUnit(3)")
    page.run(axe + "; 1")
    try:
        assert page.run(FAULTS) == []
    finally:
        page.call("Emulation.setEmulatedMedia", features=[])


def test_markup_in_names_is_text(page):
    assert page.run("document.querySelectorAll('img').length") == 0
    assert HARMFUL in page.run("document.getElementById('sessions-table').textContent")
    assert HARMFUL in page.run("document.querySelector('.look').textContent")


def test_every_session_opens_and_says_what_it_lacks(page):
    for name, said in (
        ("lonely", "1 unit"),
        ("nobody", "no unit"),
        ("bare", "no picture of this session"),
        (HARMFUL, "broken"),
    ):
        page.run(f"location.hash = '#session=' + encodeURIComponent({json.dumps(name)})")
        page.wait_for(f"document.getElementById('session').innerText.includes({said!r})")
    page.run("location.hash = '#session=day1'")
    assert page.problems == []


def test_a_session_asked_for_while_another_is_drawn_is_the_one_that_stays(page):
    """The address changes after the drawing has its data and before the browser tells of it."""
    page.run("""(async () => {
      const block = gu.block;
      gu.block = async (place) => {
        const found = await block(place);
        gu.block = block;
        location.hash = '#session=nobody';
        return found;
      };
      gu.openUnit(3);
    })()""")
    page.wait_for("document.getElementById('session').innerText.includes('no unit')")
    assert page.run("location.hash") == "#session=nobody"


def shown_total(page):
    """Good units by the bar of the explorer."""
    return int(page.run("document.querySelector('#result strong').textContent").split()[0])


def relabelled(report, block):
    """Number of good units by the real criteria; labels by hand stay."""
    rules = label_rules.parse_labels(block, all_metrics.kinds(), all_metrics.units())
    total = 0
    for name in ("day1", "day2", "day3", "lonely", "bare"):
        rows, _, labels, by_criteria = made_report.units_of(report.parent, name)
        for row in rows:
            unit = row["cluster_id"]
            stays = labels[unit] != by_criteria[unit]
            total += (
                labels[unit] if stays else unit_verdict.label_unit(rules, row).label
            ) == "good"
    return total


def yaml_shown(page):
    """Criteria as the page gives them to paste."""
    page.run("new Promise((done) => setTimeout(done, 400))")
    return yaml.safe_load(page.run("document.getElementById('yaml').value"))["labels"]


def set_box(page, label, value):
    """Type a number into a box."""
    page.run(
        f"""(() => {{
        const box = document.querySelector('input[type=number][aria-label="{label}"]');
        box.value = '{value}'; box.dispatchEvent(new Event('input')); }})()"""
    )


def test_a_number_in_a_box_moves_yield_and_yaml(page, report):
    before = shown_total(page)
    set_box(page, "Threshold of firing_rate", 3.5)
    block = yaml_shown(page)
    assert "firing_rate >= 3.5" in block["good"]["all"]
    assert shown_total(page) == relabelled(report, block) != before


def test_a_slider_works_by_keyboard_and_says_its_value(page, report):
    slider = 'input[type=range][aria-label^="Threshold of ks_contamination"]'
    page.run(f"document.querySelector('{slider}').focus()")
    for _ in range(12):
        page.key("ArrowLeft")
    block = yaml_shown(page)
    assert block["good"]["all"] != made_report.LABELS["good"]["all"]
    assert shown_total(page) == relabelled(report, block)
    said = page.run(f"document.querySelector('{slider}').getAttribute('aria-valuetext')")
    assert said.endswith(f"{shown_total(page)} good units")
    # Said a moment later, so that a moving slider does not chatter.
    page.wait_for(f"document.getElementById('said').textContent.includes({shown_total(page)})")


def test_an_arrow_key_in_the_box_is_a_small_step(page, report):
    box = 'input[type=number][aria-label="Threshold of ks_contamination"]'
    page.run(f"document.querySelector('{box}').focus()")
    page.key("ArrowDown")
    value = float(page.run(f"document.querySelector('{box}').value"))
    assert 0.1 < value < 0.2
    assert f"ks_contamination < {value:g}" in yaml_shown(page)["good"]["all"]


def test_the_slider_runs_along_the_axis_of_its_chart(page):
    """So that the mark in the chart goes where the hand goes."""
    card = "gu.view.cards.find((one) => one.check.metric === 'presence_ratio')"
    low, high = page.run(f"[{card}.bins.low, {card}.bins.high]")
    for share in (0, 0.25, 0.5, 1):
        set_box(page, "Threshold of presence_ratio", low + share * (high - low))
        assert float(page.run(f"{card}.slider.value")) / 200 == pytest.approx(share, abs=0.003)


def test_from_a_preset_back_to_the_criteria_in_force(page):
    before = shown_total(page)
    page.run("gu.view.begin('preset:strict')")
    page.wait_for(
        f"!document.querySelector('#result strong').textContent.startsWith('{before} of')"
    )
    page.run("document.querySelector('#result button').click()")
    page.wait_for(f"document.querySelector('#result strong').textContent.startsWith('{before} of')")


def test_criteria_can_be_added_dropped_and_joined_by_any(page, report):
    choose = """(() => { const box = [...document.querySelectorAll('label')]
      .find((one) => one.textContent.startsWith('Add a criterion')).querySelector('select');
      box.value = 'isi_violations_ratio'; box.dispatchEvent(new Event('change')); })()"""
    page.run(choose)
    page.wait_for("gu.view.cards.length === 5")
    page.run("document.querySelector('[aria-label^=\"Drop firing_rate\"]').click()")
    page.wait_for("gu.view.cards.length === 4")
    block = yaml_shown(page)
    assert any("isi_violations_ratio" in line for line in block["good"]["all"])
    assert not any("firing_rate" in line for line in block["good"]["all"])
    assert shown_total(page) == relabelled(report, block)
    page.run(
        """(() => {
        const box = document.querySelector('[aria-label="How the criteria are joined"]');
        box.value = 'any'; box.dispatchEvent(new Event('change')); })()"""
    )
    block = yaml_shown(page)
    assert list(block["good"]) == ["any"]
    assert shown_total(page) == relabelled(report, block)


def test_undefined_can_count_as_met(page, report):
    page.run(
        """(() => { const box = document.querySelector('[aria-label="Undefined firing_rate"]');
        box.value = 'pass'; box.dispatchEvent(new Event('change')); })()"""
    )
    page.run("new Promise((done) => setTimeout(done, 400))")
    block = yaml_shown(page)
    assert shown_total(page) == relabelled(report, block)
    assert {"all": ["firing_rate >= 1"], "undefined": "pass"} in block["good"]["all"]


def test_a_unit_is_found_by_filter_and_opened_by_key(page):
    page.run("location.hash = '#session=day1'")
    page.wait_for("document.getElementById('session-title').textContent.startsWith('day1')")
    page.wait_for("!!document.querySelector('[aria-label=\"units of day1\"] tbody tr')")
    rows = "document.querySelectorAll('[aria-label=\"units of day1\"] tbody tr').length"
    every = page.run(rows)
    page.run(
        """(() => { const box = document.querySelector('[aria-label="Filter units of day1"]');
        box.value = 'by hand'; box.dispatchEvent(new Event('input')); })()"""
    )
    assert 0 < page.run(rows) < every
    page.run("document.querySelector('[aria-label=\"units of day1\"] tbody button').focus()")
    page.key("Enter")
    page.wait_for("!!document.querySelector('#unit .panel')")
    title = page.run("document.getElementById('unit-title').textContent")
    assert title.startswith("Unit ")
    assert page.run("document.querySelectorAll('#unit figure').length") == 4
    assert "by hand" in page.run("document.querySelector('#unit .panel p').textContent")
    assert page.problems == []


def test_a_head_sorts_the_table(page):
    cells = """[...document.querySelectorAll('#sessions-table tbody tr')]
      .map((row) => row.children[2].textContent)"""
    page.run("document.querySelectorAll('#sessions-table thead button')[2].click()")
    numbers = [int(text) for text in page.run(cells) if text.isdigit()]
    assert numbers == sorted(numbers, reverse=True)
    assert page.run("document.querySelector('#sessions-table th[aria-sort]').ariaSort")


def test_each_chart_has_a_sentence_and_its_numbers(page):
    page.run("gu.openUnit(3)")
    bare = page.run(
        """[...document.querySelectorAll('figure')].filter((one) => one.querySelector('svg')
        && !(one.querySelector('[role=img]')?.getAttribute('aria-label')
             && one.querySelector('details')))
        .map((one) => one.textContent.slice(0, 80))"""
    )
    assert bare == []


def test_on_paper_names_and_heads_stay_and_nothing_sticks_out(page):
    """They are buttons on a screen, and buttons are not printed."""
    page.run("gu.openUnit(3)")
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    page.call("Emulation.setEmulatedMedia", media="print")
    page.resize(720)
    try:
        hidden = page.run(
            """[...document.querySelectorAll('thead th button, tbody th button')]
            .filter((one) => !one.offsetWidth).length"""
        )
        assert hidden == 0
        assert page.run("document.querySelectorAll('tbody th button').length") > 20
        assert page.run("document.querySelector('.controls').offsetWidth") == 0
        page.wait_for("document.documentElement.scrollWidth <= innerWidth")
        widths = "[...document.querySelectorAll('svg')].map((one) => one.viewBox.baseVal.width)"
        assert page.run(f"Math.max(...{widths})") <= 720
    finally:
        page.call("Emulation.setEmulatedMedia", media="")
        page.run("window.dispatchEvent(new Event('afterprint'))")
    page.resize(1400)
    assert page.run("document.body.style.width") == ""
