"""What records of several groups cite, and what they share: reasons, parameters, files.

Standard library only.
"""

from goodunits.catalogue.record import Parameter

TUTORIAL = (
    "Kilosort tutorial 'Using custom good/mua labels' (docs/tutorials/good_unit_criteria.ipynb)"
)
KILOSORT = "Pachitariu et al. 2024, Nature Methods, doi:10.1038/s41592-024-02232-7"
GRUEN = "Grün, Diesmann, Aertsen 2002, Neural Comput, doi:10.1162/089976602753284455"
CELL_EXPLORER = (
    "Petersen et al. 2021, Neuron, doi:10.1016/j.neuron.2021.09.002 "
    "(CellExplorer, calc_ACG_metrics)"
)
SPIKEINTERFACE = "SpikeInterface quality metrics, https://spikeinterface.readthedocs.io"
HILL = "Hill, Mehta, Kleinfeld 2011, J Neurosci 31:8699, in SpikeInterface's form"
IBL = "International Brain Laboratory 2024, doi:10.6084/m9.figshare.19705522, as in SpikeInterface"
HARRIS = "Harris et al. 2001, Neuron 32:141"
SCHMITZER = "Schmitzer-Torbert et al. 2005, Neuroscience 131:1"
CHUNG = "Chung et al. 2017, Neuron 95:1381, as in SpikeInterface"
HRUSCHKA = "Hruschka et al. 2004 (simplified silhouette), as in SpikeInterface"
FILE_REASONS = ("file_missing", "file_unusable")
PC_FILES = (
    "pc_features.npy",
    "pc_feature_ind.npy",
    "spike_detection_templates.npy",
    "templates.npy",
)
MAX_SPIKES_PER_UNIT = Parameter(
    "max_spikes_per_unit",
    "int",
    "",
    "At most so many spikes of a unit, evenly spread, are looked at.",
    minimum=10,
)
MIN_SPIKES_PER_FEATURE = Parameter(
    "min_spikes_per_feature",
    "float",
    "",
    "Undefined with fewer spikes for each feature (channels times PCs).",
    exclusive_minimum=1,
)
