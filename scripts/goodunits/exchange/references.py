"""What is cited: BibTeX entries, and the words of the catalogue that mean each of them."""

import re

# Each DOI was looked up where others cite the same work.
BIBTEX = r"""
@article{pachitariu2024,
  author = {Pachitariu, Marius and Sridhar, Shashwat and Pennington, Jacob and Stringer,
    Carsen},
  title = {Spike sorting with {Kilosort4}},
  journal = {Nature Methods},
  year = {2024},
  doi = {10.1038/s41592-024-02232-7},
}

@article{molder2021,
  author = {M{\"o}lder, Felix and Jablonski, Kim Philipp and Letcher, Brice and Hall, Michael B.
    and others},
  title = {Sustainable data analysis with {Snakemake}},
  journal = {F1000Research},
  year = {2021},
  doi = {10.12688/f1000research.29032.2},
}

@article{buccino2020,
  author = {Buccino, Alessio P. and Hurwitz, Cole L. and Garcia, Samuel and Magland, Jeremy and
    Siegle, Joshua H. and Hurwitz, Roger and Hennig, Matthias H.},
  title = {{SpikeInterface}, a unified framework for spike sorting},
  journal = {eLife},
  year = {2020},
  doi = {10.7554/eLife.61834},
}

@article{siegle2021,
  author = {Siegle, Joshua H. and Jia, Xiaoxuan and Durand, S{\'e}verine and others},
  title = {Survey of spiking in the mouse visual system reveals functional hierarchy},
  journal = {Nature},
  year = {2021},
  doi = {10.1038/s41586-020-03171-x},
}

@misc{fabre2023,
  author = {Fabre, Julie M. J. and van Beest, Enny H. and Peters, Andrew J. and Carandini,
    Matteo and Harris, Kenneth D.},
  title = {Bombcell: automated curation and cell classification of spike-sorted
    electrophysiology data},
  howpublished = {Zenodo},
  year = {2023},
  doi = {10.5281/zenodo.8172821},
}

@article{hill2011,
  author = {Hill, Daniel N. and Mehta, Samar B. and Kleinfeld, David},
  title = {Quality metrics to accompany spike sorting of extracellular signals},
  journal = {Journal of Neuroscience},
  year = {2011},
  doi = {10.1523/JNEUROSCI.0971-11.2011},
}

@article{llobet2022,
  author = {Llobet, Victor and Wyngaard, Aur{\'e}lien and Barbour, Boris},
  title = {Automatic post-processing and merging of multiple spike-sorting analyses with
    {Lussac}},
  journal = {bioRxiv},
  year = {2022},
  doi = {10.1101/2022.02.08.479192},
}

@article{garwood1936,
  author = {Garwood, Frank},
  title = {Fiducial limits for the {Poisson} distribution},
  journal = {Biometrika},
  year = {1936},
  doi = {10.1093/biomet/28.3-4.437},
}

@misc{ibl2022,
  author = {{International Brain Laboratory}},
  title = {Spike sorting pipeline for the {International Brain Laboratory}},
  howpublished = {figshare},
  year = {2022},
  doi = {10.6084/m9.figshare.19705522},
}

@article{grun2002,
  author = {Gr{\"u}n, Sonja and Diesmann, Markus and Aertsen, Ad},
  title = {Unitary events in multiple single-neuron spiking activity: {I}. {Detection} and
    significance},
  journal = {Neural Computation},
  year = {2002},
  doi = {10.1162/089976602753284455},
}

@article{royer2012,
  author = {Royer, S{\'e}bastien and Zemelman, Boris V. and Losonczy, Attila and Kim, Jinhyun
    and Chance, Frances and Magee, Jeffrey C. and Buzs{\'a}ki, Gy{\"o}rgy},
  title = {Control of timing, rate and bursts of hippocampal place cells by dendritic and
    somatic inhibition},
  journal = {Nature Neuroscience},
  year = {2012},
  doi = {10.1038/nn.3077},
}

@article{petersen2021,
  author = {Petersen, Peter C. and Siegle, Joshua H. and Steinmetz, Nicholas A. and Mahallati,
    Sara and Buzs{\'a}ki, Gy{\"o}rgy},
  title = {{CellExplorer}: a framework for visualizing and characterizing single neurons},
  journal = {Neuron},
  year = {2021},
  doi = {10.1016/j.neuron.2021.09.002},
}

@article{harris2001,
  author = {Harris, Kenneth D. and Hirase, Hajime and Leinekugel, Xavier and Henze, Darrell A.
    and Buzs{\'a}ki, Gy{\"o}rgy},
  title = {Temporal interaction between single spikes and complex spike bursts in hippocampal
    pyramidal cells},
  journal = {Neuron},
  year = {2001},
  doi = {10.1016/S0896-6273(01)00447-0},
}

@article{schmitzertorbert2005,
  author = {Schmitzer-Torbert, Neil and Jackson, Jadin and Henze, Darrell and Harris, Kenneth
    and Redish, A. David},
  title = {Quantitative measures of cluster quality for use in extracellular recordings},
  journal = {Neuroscience},
  year = {2005},
  doi = {10.1016/j.neuroscience.2004.09.066},
}

@article{chung2017,
  author = {Chung, Jason E. and Magland, Jeremy F. and Barnett, Alex H. and others},
  title = {A fully automated approach to spike sorting},
  journal = {Neuron},
  year = {2017},
  doi = {10.1016/j.neuron.2017.08.030},
}
"""
ENTRIES = {key: entry for entry, key in re.findall(r"(@\w+\{(\w+),\n.*?\n\}\n)", BIBTEX, re.DOTALL)}
DOIS = {key: re.search(r"doi = \{(.*)\}", entry)[1] for key, entry in ENTRIES.items()}
# What a text of the catalogue says where it gives no DOI.
WORDS = {
    "buccino2020": "SpikeInterface",
    "fabre2023": "bombcell",
    "hill2011": "Hill, Mehta, Kleinfeld 2011",
    "harris2001": "Harris et al. 2001",
    "schmitzertorbert2005": "Schmitzer-Torbert et al. 2005",
    "chung2017": "Chung et al. 2017",
}


def keys_of(text):
    """Keys of what a text of the catalogue refers to, in the order of the entries."""
    known = text.lower()
    return [
        key
        for key, doi in DOIS.items()
        if doi.lower() in known or (key in WORDS and WORDS[key] in text)
    ]


def bibliography(keys):
    """BibTeX of some references, ordered by their keys."""
    return "\n".join(ENTRIES[key] for key in sorted(set(keys)))
