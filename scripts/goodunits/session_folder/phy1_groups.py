"""Read the groups that Phy 1 saved, in `cluster_groups.csv`. Standard library only.

Despite its name the file is tab separated: `cluster_id`, `group`. Phy 1 lists every cluster there.
"""

from pathlib import Path

from goodunits.base import guarded, tsv

NAME = "cluster_groups.csv"
OTHER_CLUSTERS = (
    "{name}: its groups are not taken for decisions, for it lists {n} cluster(s) that are not "
    "there, so it tells of another sort; move it away"
)


def read(folder, present_ids):
    """Groups that a person gave in Phy 1.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    present_ids : callable
        Takes the folder, gives the ids of its clusters; called only where there is such a file.

    Returns
    -------
    groups : dict of int to str
        Empty where there is no such file, or it tells of clusters that are not there.
    doubts : list of str
        Why it was left out.

    Raises
    ------
    SessionError
        If the file is damaged.
    """
    path = Path(folder, NAME)
    data = guarded.read_optional(path, guarded.LABEL_FILE_BYTES)
    if data is None or not data.strip():
        return {}, []
    table = tsv.parse_labels(data, str(path))
    if table.column != "group":
        return {}, []
    n_gone = len(table.labels.keys() - set(present_ids(folder)))
    if n_gone:
        return {}, [OTHER_CLUSTERS.format(name=NAME, n=n_gone)]
    return {i: label.lower() for i, label in table.labels.items()}, []
