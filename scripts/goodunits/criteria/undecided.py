"""What the criteria could not tell in a session: all units alike. Standard library only."""

from goodunits.criteria.criterion_text import FAIL, PASS, UNDEFINED

MIN_UNITS = 10  # of fewer, all can be alike by chance


def notes(rows, classes):
    """Say which criteria and classes do not tell the units of a session apart.

    Parameters
    ----------
    rows : list of dict
        Rows of labels.tsv.
    classes : list of dict
        The label classes, as `settings: labels` of written.json has them: each one label with its
        criteria, the last one the rest.

    Returns
    -------
    list of str
        At most one line about classes and one about criteria, without numbers, so that the same is
        said of all sessions where it is the same.
    """
    if len(rows) < MIN_UNITS:
        return []
    found = [_about_classes(rows, classes), _about_criteria(rows, classes)]
    return [line for line in found if line]


def _about_classes(rows, classes):
    """Line about classes that take all units, or none."""
    taken = {row["label_criteria"] for row in rows}
    if len(taken) == 1:
        return f"by the criteria every unit is {taken.pop()}"
    empty = [label for item in classes for label in item if label not in taken]
    return f"by the criteria no unit is {' or '.join(empty)}" if empty else ""


def _about_criteria(rows, classes):
    """Line about criteria that all units meet, that none meets, or that are undefined in all."""
    words = {"met by every unit": [], "met by no unit": [], "undefined in every unit": []}
    for text, mode in dict.fromkeys(_criteria(classes)):
        results = {row.get(text) for row in rows}
        if results == {PASS}:
            words["met by every unit"].append(text)
        elif results == {UNDEFINED}:
            words["undefined in every unit"].append(text)
        elif mode == "all" and results <= {FAIL, UNDEFINED}:
            # Under 'any', a fault that no unit has is no news.
            words["met by no unit"].append(text)
    said = [f"{', '.join(dict.fromkeys(texts))} {how}" for how, texts in words.items() if texts]
    return f"criteria that cannot tell here: {'; '.join(said)}" if said else ""


def _criteria(node, mode="all"):
    """Every criterion below a node, with the mode of the list that it stands in."""
    if isinstance(node, str):
        return [] if node == "rest" else [(node, mode)]
    if isinstance(node, list):
        return [found for item in node for found in _criteria(item, mode)]
    return [
        found
        for key, value in node.items()
        if key != "undefined"
        for found in _criteria(value, key if key in ("all", "any") else mode)
    ]
