"""The systems to beat: a MaxEnt intent classifier and a CRF slot tagger, faithful and strong."""

from baselines.explain import Evidence, Explanation, TagExplanation
from baselines.maxent_crf import MaxEntCRF, MaxEntCRFSettings
from baselines.strong import StrongMaxEntCRF, StrongMaxEntCRFSettings

__all__ = [
    "Evidence",
    "Explanation",
    "MaxEntCRF",
    "MaxEntCRFSettings",
    "StrongMaxEntCRF",
    "StrongMaxEntCRFSettings",
    "TagExplanation",
]
