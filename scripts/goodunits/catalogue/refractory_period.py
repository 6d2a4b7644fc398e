"""Records of the metrics of refractory-period violations. Standard library only."""

from goodunits.catalogue.record import FRACTION, Group, Metric, Parameter

HILL = "Hill, Mehta, Kleinfeld 2011, J Neurosci, doi:10.1523/JNEUROSCI.0971-11.2011"
LLOBET = "Llobet, Wyngaard, Barbour 2022, bioRxiv, doi:10.1101/2022.02.08.479192"
IBL = "IBL 2022, spike sorting white paper, doi:10.6084/m9.figshare.19705522"

REFRACTORY = Parameter(
    "refractory_period_ms",
    "float",
    "ms",
    "Refractory period: spikes of one neuron are never closer.",
    exclusive_minimum=0,
    maximum=10,
)
CENSORED = Parameter(
    "censored_period_ms",
    "float",
    "ms",
    "Spikes closer than this were removed as duplicates; null: what Kilosort used for the session "
    "(duplicate_spike_bins of ops.npy), else 0.5, the longest default it had.",
    minimum=0,
    maximum=10,
    nullable=True,
)
CONFIDENCE = Parameter(
    "confidence",
    "float",
    "",
    "Probability that the truth is not above the bound.",
    minimum=0.5,
    maximum=0.999999,
)

GROUP = Group(
    "refractory_period",
    "always",
    "Contamination by foreign spikes, from spikes that are too close.",
)

RECORDS = (
    Metric(
        name="isi_violations_ratio",
        kind="float",
        unit="",
        description=(
            "Rate of foreign spikes over the unit's rate that would make the short interspike "
            "intervals; can exceed 1, flatters units of few spikes (0 of a handful of intervals)."
        ),
        formula="n T / (2 N^2 (threshold - minimum)), n = isi_violations_count",
        reference=f"{HILL}; as in SpikeInterface",
        better="lower",
        lacks="short intervals",
        group="refractory_period",
        parameters=(
            Parameter(
                "isi_threshold_ms",
                "float",
                "ms",
                "Shorter intervals violate.",
                exclusive_minimum=0,
                maximum=10,
            ),
            Parameter(
                "min_isi_ms",
                "float",
                "ms",
                "Shorter intervals cannot be found (taken off the threshold only).",
                minimum=0,
                maximum=10,
            ),
        ),
        nan_reasons=("too_few_spikes", "refractory_period_censored"),
    ),
    Metric(
        name="isi_violations_count",
        kind="int",
        unit="",
        description="Interspike intervals shorter than isi_threshold_ms of isi_violations_ratio.",
        formula="n",
        reference="as in SpikeInterface, but counted in samples: no rounding on the threshold",
        better="lower",
        lacks="short intervals",
        group="refractory_period",
    ),
    Metric(
        name="isi_contamination_hill",
        kind="float",
        unit="",
        description=(
            "Fraction of foreign spikes from short interspike intervals, if one other neuron makes "
            "them; 1 where even half would not be enough."
        ),
        formula="smaller f of f (1 - f) 2 (t_r - t_c) N^2 / T = n, n = intervals from t_c to t_r",
        reference=HILL,
        better="lower",
        lacks="foreign spikes",
        group="refractory_period",
        limits=FRACTION,
        parameters=(REFRACTORY, CENSORED),
        nan_reasons=("too_few_spikes", "refractory_period_censored"),
    ),
    Metric(
        name="rp_contamination",
        kind="float",
        unit="",
        description=(
            "Fraction of foreign spikes from all pairs that are too close, if they fire "
            "independently of each other; 1 where the pairs are more than chance."
        ),
        formula="1 - sqrt(1 - n (T - 2 N t_c) / (N^2 (t_r - t_c))), n = rp_violations",
        reference=f"{LLOBET}; as in SpikeInterface (whose t_c is 0 unless set)",
        better="lower",
        lacks="foreign spikes",
        group="refractory_period",
        limits=FRACTION,
        parameters=(REFRACTORY, CENSORED),
        nan_reasons=("too_few_spikes", "refractory_period_censored"),
    ),
    Metric(
        name="rp_violations",
        kind="int",
        unit="",
        description="Pairs of spikes from t_c to t_r of rp_contamination apart.",
        formula="n",
        reference=f"{LLOBET}; SpikeInterface counts the pairs below t_c too",
        better="lower",
        lacks="close pairs of spikes",
        group="refractory_period",
        nan_reasons=("refractory_period_censored",),
    ),
    Metric(
        name="contamination_upper_bound",
        kind="float",
        unit="",
        description=(
            "The fraction of foreign spikes is at most this, with the given confidence. Unlike "
            "the other estimates it does not flatter units of few spikes. 1: half of the spikes "
            "could be foreign. Undefined: even without one close pair half of them could be."
        ),
        formula=(
            "(1 - sqrt(1 - 2 L T / (K N^2))) / 2, L = exact upper limit of the Poisson mean of the "
            "pairs from t_c to t_r apart, K = lags of that range, N = spikes, T = samples"
        ),
        reference=(
            "Garwood 1936, Biometrika, doi:10.1093/biomet/28.3-4.437, put into the expectation for "
            f"one foreign neuron of {HILL}"
        ),
        better="lower",
        lacks="may be contaminated",
        group="refractory_period",
        limits=FRACTION,
        parameters=(REFRACTORY, CENSORED, CONFIDENCE),
        nan_reasons=("too_few_spikes", "refractory_period_censored"),
    ),
    Metric(
        name="clean_log_odds",
        kind="float",
        unit="",
        description=(
            "How much the close pairs speak for a contamination of at most "
            "sliding_rp_confidence.contamination and against more: 2.3 is ten to one, below 0 they "
            "speak against it, near 0 they are too few to tell. Expects close pairs where the unit "
            "fires, so silence does not flatter it. Periods are those of contamination_upper_bound."
        ),
        formula=(
            "log(mean of L(C) for C to the limit / mean of L(C) from there to 0.5), L Poisson "
            "likelihood of the pairs from t_c to t_r apart with mean E (1 - (1 - C)^2), "
            "E = K sum of N_b (N_b - 1) / T_b over 60 bins b"
        ),
        reference="",
        better="higher",
        lacks="not shown to be clean",
        group="refractory_period",
        limits=(-10.0, 10.0),
    ),
    Metric(
        name="sliding_rp_violation",
        kind="float",
        unit="",
        description=(
            "Least contamination (0.005 to 0.35) that is excluded with the given confidence, for "
            "the refractory period that suits the unit best."
        ),
        formula=(
            "least C with P(X > pairs within tau) > confidence for any tau, X Poisson with mean "
            "2 tau / T N C (N (1 - C) + (N C - 1) / 2)"
        ),
        reference=f"{IBL}; as in SpikeInterface",
        better="lower",
        lacks="contamination not excluded",
        group="refractory_period",
        limits=FRACTION,
        parameters=(
            Parameter(
                "bin_size_ms",
                "float",
                "ms",
                "Step of the refractory periods tau, rounded to whole samples.",
                exclusive_minimum=0,
                maximum=10,
            ),
            Parameter(
                "exclude_ref_period_below_ms",
                "float",
                "ms",
                "Least tau.",
                minimum=0,
                maximum=10,
            ),
            Parameter(
                "max_ref_period_ms",
                "float",
                "ms",
                "Largest tau.",
                exclusive_minimum=0,
                maximum=10,
            ),
            CONFIDENCE,
        ),
        nan_reasons=("nothing_below_0.35_excluded", "no_refractory_period_in_range"),
    ),
    Metric(
        name="sliding_rp_confidence",
        kind="float",
        unit="",
        description=(
            "Confidence (0 to 1) that the contamination is below a given one, for the refractory "
            "period of sliding_rp_violation that suits the unit best."
        ),
        formula="max over tau of P(X > pairs within tau), X as in sliding_rp_violation",
        reference=f"{IBL} (there in percent, passed from 90); mean as in SpikeInterface",
        better="higher",
        lacks="contamination unproven",
        group="refractory_period",
        limits=FRACTION,
        parameters=(
            Parameter(
                "contamination",
                "float",
                "",
                "The contamination that is asked about.",
                exclusive_minimum=0,
                maximum=0.5,
            ),
        ),
        nan_reasons=("no_refractory_period_in_range",),
    ),
)
