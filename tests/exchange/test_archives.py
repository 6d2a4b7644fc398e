"""The crate is accepted by the validator of the RO-Crate community, without a network.

Needs tests/requirements-exchange.txt; run by `pytest -m exchange`.
"""

import json
import re

import pytest

import made_dataset
from goodunits.exchange import documents

pytestmark = pytest.mark.exchange
SCHEMA, BIOSCHEMAS = "http://schema.org/", "https://bioschemas.org/"
WORKFLOW = f"{BIOSCHEMAS}ComputationalWorkflow"
# Of schema.org, all of which the published context has.
TERMS = re.findall(
    r"\w+",
    """
    about actionStatus additionalType alternateName creator datePublished description
    encodingFormat endTime error exampleOfWork hasPart identifier instrument license mainEntity
    mentions name object programmingLanguage result url value version
    ComputerLanguage CreateAction CreativeWork Dataset Person PropertyValue SoftwareSourceCode
    UpdateAction
    """,
)
# The published contexts as far as the crate uses them.
CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": {
        **{term: f"{SCHEMA}{term}" for term in TERMS},
        "File": f"{SCHEMA}MediaObject",
        "ComputationalWorkflow": WORKFLOW,
        "FormalParameter": f"{BIOSCHEMAS}FormalParameter",
        "input": f"{WORKFLOW}#input",
        "output": f"{WORKFLOW}#output",
        "conformsTo": "http://purl.org/dc/terms/conformsTo",
    },
    "https://w3id.org/ro/terms/workflow-run/context": {},
}
ARCHIVE = {"name": None, "license": None, "creators": [], "folders": False}


@pytest.fixture
def offline(monkeypatch):
    """Answer requests for the two contexts here, and no other."""
    requests = pytest.importorskip("requests", reason="needs tests/requirements-exchange.txt")

    def send(adapter, request, **options):
        response = requests.Response()
        context = CONTEXTS.get(request.url.split("#")[0])
        response.status_code = 404 if context is None else 200
        response.url, response.request = request.url, request
        response.headers["Content-Type"] = "application/ld+json"
        response._content = json.dumps({"@context": context or {}}).encode()
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)


@pytest.fixture
def validate(offline):
    """Function that gives what is wrong with a crate."""
    reason = "needs roc-validator, see tests/requirements-exchange.txt"
    services = pytest.importorskip("rocrate_validator.services", reason=reason)
    models = pytest.importorskip("rocrate_validator.models", reason=reason)

    def issues(folder, profile="workflow-run-crate-0.5"):
        settings = services.ValidationSettings(
            rocrate_uri=str(folder),
            profile_identifier=profile,
            requirement_severity=models.Severity.REQUIRED,
            no_cache=True,
        )
        result = services.validate(settings)
        return [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]

    return issues


def test_the_crate_has_all_that_is_required(tmp_path, validate):
    sessions = [made_dataset.label(tmp_path, name) for name in ("a", "b")]
    sessions.append(made_dataset.unlabelled(tmp_path, "c"))
    results = tmp_path / "results"
    snakefile = tmp_path / "Snakefile"
    snakefile.write_text("rule all:\n    input: []\n")
    for name in ("sessions.tsv", "units.tsv", "summary.tsv"):
        (results / name).write_text("session\n")
    documents.write_all(sessions, results, snakefile, ARCHIVE)
    assert validate(results) == []
    # The validator does find what is missing.
    path = results / "ro-crate-metadata.json"
    content = json.loads(path.read_text())
    graph = [entity for entity in content["@graph"] if entity["@id"] != "goodunits-workflow.smk"]
    path.write_text(json.dumps({**content, "@graph": graph}))
    assert validate(results)
