"""Facebook multilingual task-oriented dialogue: `word:tag … <=> domain__intent`."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_cards.faults import Faults
from data_cards.readers import fb_mtod

TRAIN = (
    "wake:O me:O at:O 7:30:B-datetime tomorrow:I-datetime <=> alarm__set_alarm\n"
    "will:O it:O rain:B-weather__attribute <=> weather__find\n"
)


def folder(tmp_path, write, train=TRAIN, test="no:O rain:O <=> weather__find\n"):
    write(tmp_path / "en/train.gz", train)
    write(tmp_path / "en/valid.gz", "stop:O it:O <=> alarm__cancel_alarm\n")
    write(tmp_path / "en/test.gz", test)
    return tmp_path


def test_a_domain_is_a_skill(tmp_path, make_card, write):
    alarm, weather = fb_mtod.read(make_card("fb_mtod"), folder(tmp_path, write), Faults())
    (utterance,) = alarm.train
    assert utterance.tokens == ("wake", "me", "at", "7:30", "tomorrow")
    assert utterance.words(utterance.frame.slots[0]) == ("7:30", "tomorrow")
    assert utterance.frame.intent == "alarm__set_alarm"
    assert weather.train[0].frame.slots[0].name == "weather__attribute"
    assert (len(alarm.dev), len(weather.test)) == (1, 1)


def test_deduplication_leaves_out_test_texts_of_train(tmp_path, make_card, write):
    test = "Will:O it:O rain:O <=> weather__find\nno:O rain:O <=> weather__find\n"
    root = folder(tmp_path, write, test=test)
    card = make_card("fb_mtod", options={"deduplicate_test": True})
    skills = {s.name: s for s in fb_mtod.read(card, root, Faults())}
    assert [u.tokens for u in skills["weather"].test] == [("no", "rain")]


def test_faulty_lines_are_counted(tmp_path, make_card, write):
    bad = "no arrow:O here\nrain:X-what <=> weather__find\nrain:O <=> weather\n?:O <=> a__b\n"
    faults = Faults()
    list(fb_mtod.read(make_card("fb_mtod"), folder(tmp_path, write, train=bad + TRAIN), faults))
    assert [f.line for f in faults.found] == [1, 2, 3, 4]
    assert "'X-what' is no BIO tag" in faults.found[1].reason


def test_bytes_that_are_no_utf8_are_a_fault_of_their_line(tmp_path, make_card, write):
    faults = Faults()
    train = TRAIN.encode() + b"caf\xe9:O <=> weather__find\n"
    list(fb_mtod.read(make_card("fb_mtod"), folder(tmp_path, write, train=train), faults))
    assert [(f.line, f.reason) for f in faults.found] == [(3, "byte 0xe9 is not UTF-8")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("ab:BIO-_<=> \n'é.", max_size=60))
def test_whatever_a_file_holds_is_read_or_counted(tmp_path, make_card, write, text):
    faults = Faults()
    root = folder(tmp_path, write, train=text, test="")
    skills = list(fb_mtod.read(make_card("fb_mtod"), root, faults))
    rows = sum(1 for line in text.split("\n") if line.strip())
    assert sum(len(s.train) for s in skills) + len(faults) == rows


def test_the_real_files_agree_with_their_provenance(real):
    skills, faults = real("fb-mtod")
    assert [s.name for s in skills] == ["alarm", "reminder", "weather"]
    assert sum(len(s.train) for s in skills) == 30521
    assert sum(len(s.dev) for s in skills) == 4181
    assert sum(len(s.test) for s in skills) == 8621
    assert not len(faults)
    assert len({i for s in skills for i in s.intents}) == 12
