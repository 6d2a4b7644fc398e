"""Records of the similarity of templates. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import Group, Metric

_SIMILARITY_REASONS = (*references.FILE_REASONS, "template_unknown", "no_other_template")

_SIMILARITY = (
    Metric(
        name="similarity_max",
        kind="float",
        unit="",
        description=(
            "Similarity of the unit's template to that of the most similar other unit (1 = same "
            "shape). High values: perhaps the same neuron twice. A copy that was found on other "
            "channels has a low similarity: duplicate_of finds it by its spikes."
        ),
        formula="max over other units, and over the templates of both, of similar_templates.npy",
        reference="Phy's rule for clusters of several templates",
        better="lower",
        group="similarity",
        limits=(-1.0, 1.0),
        nan_reasons=_SIMILARITY_REASONS,
    ),
    Metric(
        name="similar_to",
        kind="int",
        unit="",
        description="Cluster id of the most similar other unit.",
        formula="the unit of similarity_max",
        reference="",
        better="none",
        group="similarity",
        nan_reasons=_SIMILARITY_REASONS,
    ),
)

GROUP = Group(
    "similarity",
    "always",
    "The most similar other unit by Kilosort's templates.",
    files=("similar_templates.npy",),
)

RECORDS = _SIMILARITY
