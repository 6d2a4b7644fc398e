"""What the label classes of a receipt say beside their criteria. Standard library only."""


def shown_as(labels):
    """Groups that Phy shows classes as which it does not know.

    Parameters
    ----------
    labels : list of dict
        The label classes, as `settings: labels` of written.json has them.

    Returns
    -------
    groups : dict of str to str
        Group by class, only of classes that say one.
    """
    blocks = labels if isinstance(labels, list) else [labels]
    return {
        label: spec["phy"]
        for block in blocks
        for label, spec in block.items()
        if isinstance(spec, dict) and "phy" in spec
    }
