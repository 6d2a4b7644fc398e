"""Provenance for archives: the run as a Workflow Run RO-Crate 0.5. Standard library only.

One action says that the workflow ran, and one for each session that label files were changed in
place. Sorts lie outside of the crate: they are known by hashes. No path of this computer is told,
unless the owner asks for it.
"""

import json
from pathlib import Path

from goodunits.base import files
from goodunits.base.errors import one_line
from goodunits.exchange import dataset_record

METADATA, WORKFLOW = "ro-crate-metadata.json", "goodunits-workflow.smk"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
CONTEXT = [
    "https://w3id.org/ro/crate/1.1/context",
    "https://w3id.org/ro/terms/workflow-run/context",
]
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
LANGUAGE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
BIOSCHEMAS = "https://bioschemas.org/profiles/{}/1.0-RELEASE"
COMPLETED = "http://schema.org/CompletedActionStatus"
FAILED = "http://schema.org/FailedActionStatus"
NO_LICENSE = "No licence was stated by the owner of these data."
# Files over the dataset, and of each session, that the crate names where they are there.
TABLES = {
    "sessions.tsv": "A row per session: how it stands, how many units have which label",
    "units.tsv": "A row per unit: its label, why, and all metrics",
    "summary.tsv": "A row per criterion: how many units it keeps from being good",
    "methods.md": "What was done, in words",
    "references.bib": "What these words cite",
}
SESSION_TABLES = {
    "written/labels.tsv": "Labels of the units of session {}, and the reason of each",
    "written/metrics.tsv": "Metrics of the units of session {}",
}
TYPES = {
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".bib": "application/x-bibtex",
}


def metadata(record, results, archive):
    """Content of ro-crate-metadata.json.

    Parameters
    ----------
    record : dataset_record.DatasetRecord
        The dataset.
    results : path-like
        Folder of all results, the root of the crate.
    archive : dict
        What the owner says: `name`, `license`, `creators` (`name` and `orcid` of each), `folders`.

    Returns
    -------
    data : bytes
    """
    tables = [_table(name, about) for name, about in TABLES.items() if Path(results, name).exists()]
    sessions = [_Session(item, results, archive["folders"]) for item in record.labelled]
    parts = [*tables, *(table for session in sessions for table in session.tables)]
    creators = [_creator(number, person) for number, person in enumerate(archive["creators"])]
    run = _run_action(record, sessions, tables)
    failed = [_failed(name, status, rule) for name, status, rule in record.others]
    actions = [*([run] if run else []), *(session.action for session in sessions), *failed]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": archive["name"] or "Labels of sorted units",
        "description": "Quality metrics and labels of the units of Kilosort sorts, by goodunits",
        "datePublished": _last_time(record) or "1970-01-01",
        "license": archive["license"] or NO_LICENSE,
        "conformsTo": _ids(PROFILES),
        "mainEntity": {"@id": WORKFLOW},
        "hasPart": _ids([WORKFLOW, *(part["@id"] for part in parts)]),
        "mentions": _ids(action["@id"] for action in actions),
    }
    if creators:
        root["creator"] = _ids(person["@id"] for person in creators)
    graph = [_descriptor(), root, *_profiles(), *_workflow(record), *parts, *creators, *actions]
    graph += [entity for session in sessions for entity in session.entities]
    content = {"@context": CONTEXT, "@graph": _one_of_each(graph)}
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


class _Session:
    """Entities of one labelled session."""

    def __init__(self, item, results, tells_folder):
        self.receipt, self.name = item.receipt, item.session
        measured = self.receipt["measured"]
        files_read = measured.get("files", {})
        self.sort = {
            "@id": f"#sort-{self.receipt['sort_id']}",
            "@type": "CreativeWork",
            "name": f"Sort of session {self.name}",
            "description": f"Results of Kilosort {measured.get('kilosort_version', 'unknown')}: "
            f"{measured.get('n_units', '?')} units; the files are not in this crate",
            "identifier": [f"{name} sha256:{file['sha256']}" for name, file in files_read.items()],
        }
        if tells_folder:
            self.sort["description"] += f"; they were in {self.receipt['folder']}"
        self.labels = {
            "@id": f"#labels-{self.name}",
            "@type": "CreativeWork",
            "name": f"Label files of session {self.name}, in the folder of its sort",
            "identifier": [
                f"{name} sha256:{sha}" for name, sha in self.receipt["written"].items() if sha
            ],
        }
        self.criteria = _criteria(self.receipt["settings"])
        self.tables = [
            _table(f"{self.name}/{name}", about.format(self.name))
            for name, about in SESSION_TABLES.items()
            if Path(results, self.name, name).exists()
        ]
        self.entities = [self.sort, self.labels, self.criteria]
        self.action = {
            "@id": f"#write-{self.name}",
            "@type": "UpdateAction",
            "name": f"Labels of session {self.name} written in place",
            "description": "All units labelled; the originals are kept beside them",
            "instrument": {"@id": WORKFLOW},
            "object": _ids([self.sort["@id"], self.criteria["@id"]]),
            "result": _ids([self.labels["@id"], *(table["@id"] for table in self.tables)]),
            "endTime": _iso(self.receipt["time"]),
            "actionStatus": COMPLETED,
        }


def _run_action(record, sessions, tables):
    """The run over the dataset as one action; None where nothing was labelled."""
    if not sessions:
        return None
    inputs = [entity["@id"] for session in sessions for entity in (session.sort, session.criteria)]
    results = [table["@id"] for table in tables] + [session.labels["@id"] for session in sessions]
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "Metrics and labels of all sessions",
        "instrument": {"@id": WORKFLOW},
        "object": _ids(dict.fromkeys(inputs)),
        "result": _ids(dict.fromkeys(results)),
        "endTime": _last_time(record),
        "actionStatus": COMPLETED,
    }


def _failed(name, status, rule):
    """Action of a session that is not labelled."""
    return {
        "@id": f"#write-{name}",
        "@type": "UpdateAction",
        "name": f"Labels of session {name} not written",
        "instrument": {"@id": WORKFLOW},
        "actionStatus": FAILED,
        "error": one_line(f"{status}: {rule}" if rule else status),
    }


def _workflow(record):
    """The workflow, its language, what it takes and gives."""
    projects = {
        json.dumps(item.receipt.get("project", {}), sort_keys=True) for item in record.labelled
    }
    commits = sorted({json.loads(text).get("commit", "unknown") for text in projects})
    workflow = {
        "@id": WORKFLOW,
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "goodunits",
        "description": "Good/mua labels for Kilosort sorts, by criteria that their owner defines. "
        "This file is its entry point; the whole is known by the commit.",
        "version": ", ".join(commits) or "unknown",
        "license": "https://spdx.org/licenses/BSD-3-Clause",
        "programmingLanguage": {"@id": LANGUAGE},
        "conformsTo": {"@id": BIOSCHEMAS.format("ComputationalWorkflow")},
        "input": _ids(["#parameter-sorts", "#parameter-labels"]),
        "output": _ids(["#parameter-label-files"]),
    }
    language = {
        "@id": LANGUAGE,
        "@type": "ComputerLanguage",
        "name": "Snakemake",
        "alternateName": "SMK",
        "identifier": {"@id": "https://doi.org/10.12688/f1000research.29032.2"},
        "url": {"@id": "https://snakemake.github.io"},
    }
    parameters = [
        _parameter("sorts", "Dataset", "Folders with the results of Kilosort"),
        _parameter("labels", "Text", "Criteria of each class of units"),
        _parameter("label-files", "File", "Label files of each sort, changed in place"),
    ]
    return [workflow, language, *parameters]


def _parameter(name, kind, about):
    """Something that the workflow takes or gives."""
    return {
        "@id": f"#parameter-{name}",
        "@type": "FormalParameter",
        "additionalType": kind,
        "name": name,
        "description": about,
        "conformsTo": {"@id": BIOSCHEMAS.format("FormalParameter")},
    }


def _criteria(settings):
    """The criteria of a session; sessions with the same ones share them."""
    text = dataset_record.canonical_labels(settings["labels"])
    cards = settings.get("scorecards", ())
    if cards:
        text = json.dumps({"labels": json.loads(text), "scorecards": cards}, sort_keys=True)
    return {
        "@id": f"#criteria-{files.sha256_bytes(text.encode())[:12]}",
        "@type": "PropertyValue",
        "name": "labels",
        "value": text,
        "exampleOfWork": {"@id": "#parameter-labels"},
    }


def _table(name, about):
    """A file of the results."""
    kind = TYPES[Path(name).suffix]
    return {"@id": name, "@type": "File", "name": about, "encodingFormat": kind}


def _creator(number, person):
    """Who made the data, as the owner says."""
    place = (
        f"https://orcid.org/{person['orcid']}" if person.get("orcid") else f"#creator-{number + 1}"
    )
    return {"@id": place, "@type": "Person", "name": person["name"]}


def _descriptor():
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": _ids([SPECIFICATION, "https://w3id.org/workflowhub/workflow-ro-crate/1.0"]),
    }


def _profiles():
    return [
        {"@id": place, "@type": "CreativeWork", "name": name, "version": place.rpartition("/")[2]}
        for place, name in PROFILES.items()
    ]


def _ids(names):
    """References to entities."""
    return [{"@id": name} for name in names]


def _one_of_each(graph):
    """Entities without those that are there already."""
    return list({entity["@id"]: entity for entity in reversed(graph)}.values())[::-1]


def _last_time(record):
    """When labels were written last."""
    times = [_iso(item.receipt["time"]) for item in record.labelled]
    return max(times, key=files.moment, default=None)


def _iso(time):
    """A time stamp of a receipt in ISO 8601: the offset has a colon there."""
    return f"{time[:-2]}:{time[-2:]}" if time[-5:-4] in ("+", "-") else time
