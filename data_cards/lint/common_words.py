"""Words that carry no slot value and tell no intents apart, in English and German."""

_FILLERS = """
please now hey ok okay hi hello just the an a me my for to can could would you will i want need so
well then bitte mal jetzt hallo doch denn kannst könntest würdest du ich will möchte der die das den
dem ein eine einen einem einer mir mich meine meinen mein
"""

_POLITE = "please now hey ok okay hi hello just bitte mal jetzt hallo doch denn"

_FUNCTION = """
it its this that these those there here he she they him them her his we us our your what which who
when where why how is are was were be been am do does did have has had not no yes and or but if of
in on at by with from about as into up down out off over under again any some all one ones more less
other another same new last next first get got go going set make let tell
es er sie wir ihr uns euch sein ihre ihren dieser diese dieses was wer wann wo warum wie ist sind
war waren bin hat habe haben nicht nein ja und oder aber wenn von im in an am auf bei mit aus zu zum
zur als für um über unter alle alles etwas mehr weniger neue neuen nächste letzte auch noch
"""

_DECISIVE = """
not no never don't doesn't isn't what which who when where why how
nicht kein keine keinen nie was wer wann wo warum wie welche
"""

_NUMBERS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
thousand half quarter am pm a.m p.m a.m. p.m. o'clock percent
null eins ein eine zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig
fünfzig hundert tausend halb viertel uhr prozent
"""

FILLERS = frozenset(_FILLERS.split())
"""What people add or leave out without meaning something else."""

POLITE = frozenset(_POLITE.split())
"""Those of them that never tell what is wanted."""

FUNCTION = FILLERS | frozenset(_FUNCTION.split())
"""Words that stand unannotated in most sentences, whatever slot they were once annotated as."""

DECISIVE = frozenset(_DECISIVE.split())
"""Negations and question words, which change what is wanted wherever they stand."""

NUMBERS = frozenset(_NUMBERS.split())
"""Numbers in words, and what stands beside them: they fill many slots rightly."""


def tells_nothing(words: tuple[str, ...]) -> bool:
    """Whether a value is made of function words and single letters alone."""
    return all(word in FUNCTION or len(word) == 1 for word in words)


def numeric(words: tuple[str, ...]) -> bool:
    """Whether a value is a number or a time of day, which many slots take."""
    return all(word in NUMBERS or any(c.isdigit() for c in word) for word in words)
