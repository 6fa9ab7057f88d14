"""`skillwise store`: stores from and to the files of other tools."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pretrain.store.word2vec import Imported

app = typer.Typer(help="Word vectors: look at a store, score it, read and write word2vec files.")

Binary = Annotated[
    bool | None,
    typer.Option("--binary/--text", help="word2vec's format. [default: binary for .bin]"),
]
ReadBinary = Annotated[
    bool | None,
    typer.Option("--binary/--text", help="word2vec's format. [default: as the file is]"),
]


class Kind(StrEnum):
    """How a store keeps its numbers."""

    int8 = "int8"
    float16 = "float16"


class Pooling(StrEnum):
    """What of a word that an encoder reads makes its vector."""

    words = "words"
    sentence = "sentence"


@app.command("import")
def import_(
    source: Annotated[
        Path,
        typer.Argument(help="A word2vec or GloVe file (also packed), - for stdin, or a store."),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the new store.")],
    locale: Annotated[str, typer.Option(help="Language or locale of the words.")] = "en",
    kind: Annotated[Kind, typer.Option(help="Type of the numbers.")] = Kind.int8,
    binary: ReadBinary = None,
    text: Annotated[
        list[str] | None,
        typer.Option(help="Text from which it learns what a context tells of a word it lacks."),
    ] = None,
) -> int:
    """Make a store, which `--vectors` takes, from a word2vec file or from another store.

    Words are normalised as everywhere; if two become one, the first stays. Words that cannot be
    used are left out and counted. A store of an older format, or of another type of numbers, is
    written in today's. With --text, `local_words=both` can read the contexts of a skill's own words
    (docs/VECTORS.md); a store that `skillwise pretrain` made has learnt that.
    """
    import numpy as np

    from data_cards.errors import SkillwiseError
    from data_cards.locales import language as language_of
    from pretrain.store import induction
    from pretrain.store import word2vec as exchange
    from pretrain.store.vector_store import VectorStore, refuse_occupied, write
    from pretrain.text import sources
    from pretrain.text.rows import rows

    language = language_of(locale)
    if source.is_file():
        exchange.check(source, binary=binary)
    refuse_occupied(out)  # before a large file is read
    read = [sources.file(argument) for argument in text or ()]
    told = None
    if source.is_dir():
        old = VectorStore.open(source)
        words, vectors = old.words, old.dequantised(np.arange(len(old)))
        told = None if old.induction is None else old.induction.astype(np.float32)
        language, origin, notes = old.language, f"store {old.id}", []
    else:
        found = exchange.read(source, binary=binary)
        words, vectors, origin, notes = found.words, found.vectors, source.name, _notes(found)
    card = (
        f"---\nlanguage: {language}\nlibrary_name: skillwise\n---\n\n"
        f"# Word vectors from {origin}\n\n"
        f"{len(words)} words of {vectors.shape[1]} dimensions, digest {{digest}}.\n"
        "Their licence is that of their source.\n"
    )
    if read:
        known = {word: row for row, word in enumerate(words)}
        sentences = (words for each in read for words in each.sentences())
        pieces = rows(sentences, known, induction.UNKNOWN, induction.END)
        told = induction.fit(pieces, vectors)
        if not told.any():
            raise SkillwiseError(
                f"--text {', '.join(text or ())}: has no two words of the store in a sentence; "
                "give text in its language"
            )
        names = "".join(f"- {each.name}, digest `{each.digest[:16]}`\n" for each in read)
        card += f"\nWhat a context tells of a word was learnt from\n\n{names}"
    made = write(
        out, words, vectors, {"language": language, "origin": origin}, card, kind=kind.value,
        induction=told,
    )  # fmt: skip
    typer.echo(f"{out}: {len(made):,} words, digest {made.id[:16]}")
    for note in notes:
        typer.echo(note, err=True)
    return 0


def _notes(found: "Imported") -> list[str]:
    """What of a file did not come into the store."""
    notes = [
        f"{left.count:,} words left out: {left.why} (first: {found.unit} {left.first:,})"
        for left in found.left_out
    ]
    if found.repeated:
        notes.append(f"{found.repeated:,} words came again; the first vector of each stays")
    if found.merged:
        notes.append(f"{found.merged:,} words differed from another only in case or form")
    return notes


@app.command()
def distil(
    model: Annotated[
        Path, typer.Option(help="Folder of an encoder of transformers, or hf:ID of one on the hub.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the new store.")],
    locale: Annotated[str, typer.Option(help="Language or locale of the words.")] = "en",
    vocabulary: Annotated[
        Path | None, typer.Option(help="Store whose words are taken. [default: the packaged one]")
    ] = None,
    width: Annotated[int, typer.Option(min=2, help="Dimensions, at most.")] = 300,
    name: Annotated[
        str | None, typer.Option(help="What the card calls the encoder. [default: its folder]")
    ] = None,
    pooling: Annotated[
        Pooling,
        typer.Option(help="The mean of a word's pieces, or as of a sentence."),
    ] = Pooling.words,
    kind: Annotated[Kind, typer.Option(help="Type of the numbers.")] = Kind.int8,
) -> int:
    """Make a comparator: a store of static vectors out of somebody else's encoder.

    Each word of a vocabulary is read by itself; principal components and Zipf's weights make the
    vectors, as model2vec does. The card says what they are distilled from.
    """
    from data_cards.errors import DataError
    from data_cards.locales import language as language_of
    from pretrain.distillation import distilled
    from pretrain.encoder.folder import PREFIX, located, names_encoder
    from pretrain.encoder.reading import open_encoder
    from pretrain.store.vector_store import VectorStore, refuse_occupied, write

    refuse_occupied(out)
    language = language_of(locale)
    if vocabulary is None:
        words = VectorStore.packaged(language).words
    else:
        words = VectorStore.open(vocabulary).words
    hub = names_encoder(model)
    if not hub and not model.is_dir():
        raise DataError(model, None, "no such folder", "name one, or hf:ID of one on the hub")
    encoder = open_encoder(located(model if hub else Path(f"{PREFIX}{model}")))

    def report(done: int) -> None:
        typer.echo(f"{done:,} of {len(words):,} words", err=True)

    vectors = distilled(encoder, words, width, pooling.value, report)
    called = name or (str(model).removeprefix(PREFIX) if hub else encoder.path.name)
    origin = f"distilled from {called}, comparator"
    card = (
        f"---\nlanguage: {language}\nlibrary_name: skillwise\n"
        "tags: [word-embeddings, comparator]\n---\n\n"
        f"# Word vectors {origin}\n\n"
        f"{len(words)} words of {vectors.shape[1]} dimensions, digest {{digest}}: distilled from "
        f"the encoder {called}\n(digest `{encoder.id}`), pooling "
        f"{pooling.value}. A comparator: skillwise trained none of it.\n"
        "Their licence is that of the encoder.\n"
    )
    made = write(
        out, words, vectors, {"language": language, "origin": origin}, card, kind=kind.value
    )
    typer.echo(f"{out}: {len(made):,} words, {origin}, digest {made.id[:16]}")
    return 0


@app.command()
def export(
    store: Annotated[Path, typer.Argument(help="A store's folder.")],
    out: Annotated[Path, typer.Option(help="The word2vec file to write.")],
    binary: Binary = None,
) -> int:
    """Write a store as a word2vec file, which gensim and most other tools read."""
    from data_cards.scratch import need_file
    from pretrain.store import word2vec as exchange
    from pretrain.store.vector_store import VectorStore

    need_file(out)
    opened = VectorStore.open(store)
    exchange.write(opened, out, binary=_is_binary(out, binary))
    typer.echo(f"{out}: {len(opened):,} words of {opened.width} dimensions")
    return 0


@app.command()
def show(store: Annotated[Path, typer.Argument(help="A store's folder.")]) -> int:
    """Check a store and say what is in it: words, width, type, language and digest."""
    from pretrain.store.vector_store import FILE, VectorStore

    opened = VectorStore.open(store)
    megabytes = (store / FILE).stat().st_size / 1e6
    grams = "no" if opened.subwords is None else f"{len(opened.subwords.codes):,} buckets of"
    typer.echo(
        f"{store}: {len(opened):,} words of {opened.width} dimensions, {opened.meta['kind']}, "
        f"{megabytes:.1f} MB, language {opened.language}, {grams} character n-grams, "
        f"{'' if opened.induction is not None else 'no '}contexts, "
        f"{opened.meta['format']}, digest {opened.id}"
    )
    return 0


@app.command()
def evaluate(
    store: Annotated[Path, typer.Argument(help="A store's folder.")],
    sets: Annotated[
        Path | None,
        typer.Option(
            help="Folder with en/ and analogy_en/. [default: word_similarity in SKILLWISE_DATA]"
        ),
    ] = None,
) -> int:
    """Score a store on 13 English word-similarity sets and on analogies, with their coverage."""
    import os

    import numpy as np

    from data_cards.card import DATA_VARIABLE
    from data_cards.errors import SkillwiseError
    from pretrain.quality import intrinsic
    from pretrain.store.vector_store import VectorStore

    if sets is None:
        if DATA_VARIABLE not in os.environ:
            raise SkillwiseError(f"--sets: name the folder of the sets, or set {DATA_VARIABLE}")
        sets = Path(os.environ[DATA_VARIABLE]) / "word_similarity"
    opened = VectorStore.open(store)
    table = opened.dequantised(np.arange(len(opened)))
    typer.echo(intrinsic.render(intrinsic.evaluate(opened.words, table, sets)), nl=False)
    return 0


def _is_binary(path: Path, asked: bool | None) -> bool:
    return asked if asked is not None else ".bin" in path.suffixes
