"""Whose the labels of a session are, as it is kept in found.json. Standard library only."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from goodunits.base import errors, json_record
from goodunits.base.errors import SessionError
from goodunits.store.state_record import IN_DOUBT


class Curation(NamedTuple):
    """Labels of a session folder and whose they are.

    Attributes
    ----------
    decisions : dict of int to str
        Labels that people gave, by cluster id.
    inherited : dict of int to str
        Labels that clusters new since our last write copied from their largest parent in Phy.
    ks_labels : dict of int to str
        Labels of `cluster_KSLabel.tsv` as found before our first write.
    labels_before : dict of int to str
        Labels before our first write: a person's where there was one, else Kilosort's.
    doubts : list of str
        Where it cannot be known whether a person gave the labels: what was taken for what, and the
        command that settles it.
    doubted : dict of int to str
        The labels that these doubts are about, also after the run that said them, until somebody
        settles whose they are or a person labels the cluster again.
    replaced : dict of int to str
        Decisions that stood before a label in doubt took their place, by cluster id.
    """

    decisions: dict
    inherited: dict
    ks_labels: dict
    labels_before: dict
    doubts: list
    doubted: Mapping = MappingProxyType({})
    replaced: Mapping = MappingProxyType({})


def to_json(curation, **more):
    """JSON text of a curation, to compare and to keep."""
    plain = {**curation._asdict(), **{name: dict(getattr(curation, name)) for name in IN_DOUBT}}
    return json.dumps({**plain, **more}, indent=1, sort_keys=True) + "\n"


def from_json(text):
    """Curation from its JSON text; what was wrong with the session is raised as a SessionError."""
    data = json.loads(text)
    if "problem" in data:
        raise SessionError(data["problem"], code=data.get("code", errors.OTHER))
    names = ("decisions", "inherited", "ks_labels", "labels_before")
    return Curation(
        **{name: json_record.by_id(data[name]) for name in names},
        doubts=data.get("doubts", []),
        **{name: json_record.by_id(data.get(name, {})) for name in IN_DOUBT},
    )
