"""Who is compared with whom."""

from evaluation.findings.grouping import pairs


def test_pairs() -> None:
    assert pairs(["a"]) == []
    assert pairs(["a", "b", "c"]) == [("a", "b"), ("a", "c")]
    assert pairs(["maxent-crf", "maxent-crf-strong", "dnn-mlm", "dnn"]) == [
        ("maxent-crf", "maxent-crf-strong"),
        ("maxent-crf", "dnn-mlm"),
        ("maxent-crf", "dnn"),
        ("maxent-crf-strong", "dnn-mlm"),
        ("maxent-crf-strong", "dnn"),
        ("dnn-mlm", "dnn"),
    ]
    assert pairs(["maxent-crf-strong", "dnn-mlm"]) == [("maxent-crf-strong", "dnn-mlm")]


def test_transfer_and_encoders_are_compared_with_the_network_that_has_neither() -> None:
    found = pairs(["maxent-crf", "dnn-context", "dnn", "dnn-mlm", "dnn-mlm-transfer"])
    assert {b for a, b in found if a == "dnn-mlm"} == {"dnn-context", "dnn", "dnn-mlm-transfer"}
