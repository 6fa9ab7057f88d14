"""`skillwise cards`: list, show, check, lint, download, import, export."""

from pathlib import Path
from typing import Annotated

import typer

from evaluation.commands.lint import lint

IMPORTED = (
    "alexa, alexa-schema, conll, csv, dialogflow, jovo, jsonl, lex, lu, luis, ovos, rasa, "
    "rasa-json, rasa-markdown, snips, watson, wit"
)
"""The formats of `import`, written out so that help waits for no reader."""

app = typer.Typer(help="Data cards: what data there is, and how to bring your own.")
app.command("lint")(lint)


@app.command("list")
def list_(
    by_kind: Annotated[
        bool,
        typer.Option(
            "--by-kind",
            help="Read all data and count skills by locale, who made the utterances, and format.",
        ),
    ] = False,
) -> int:
    """Print one line per card: skills, locales, licence, and whether its data are here."""
    from data_cards.card import cards
    from data_cards.registry.kinds import render_kinds, tally
    from data_cards.registry.listing import list_cards, render_list

    typer.echo(render_kinds(*tally(cards().values())) if by_kind else render_list(list_cards()))
    return 0


@app.command()
def show(name: Annotated[str, typer.Argument(help="A card's name.")]) -> int:
    """Print one card in full, with what to know of its data before it is used."""
    from data_cards.card import card
    from data_cards.registry.listing import show as render

    typer.echo(render(card(name)))
    return 0


@app.command()
def check(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names of cards. [default: all]")
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Print the counts and hashes to put into the card.")
    ] = False,
) -> int:
    """Count everything again and list every faulty entry; exit with 1 if a card is wrong."""
    from data_cards.card import card, cards
    from data_cards.registry import check as checking
    from data_cards.registry.listing import render_locales, render_report

    chosen = [card(name) for name in names] if names else list(cards().values())
    if suggest:
        for each in chosen:
            typer.echo(checking.suggest(each))
        return 0
    one = len(chosen) == 1
    reports = (checking.check(chosen[0]),) if one else checking.check_all(chosen)
    for report in reports:
        typer.echo(render_report(report))
    typer.echo(render_locales(reports))
    lying = [report.card for report in reports if report.errors]
    if lying:
        typer.echo(f"skillwise: not as their cards say: {', '.join(lying)}", err=True)
    return 1 if lying else 0


@app.command()
def download(name: Annotated[str, typer.Argument(help="A card's name.")]) -> int:
    """Fetch a card's data into the folder that SKILLWISE_DATA names, checked by their hashes."""
    from data_cards.card import card
    from data_cards.registry.download import download as fetch

    typer.echo(str(fetch(card(name))))
    return 0


@app.command("import")
def import_(
    path: Annotated[
        Path,
        typer.Argument(help="A skill's file, folder or zip, in one of the formats of --format."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write the skill into this folder. [default: only show it]")
    ] = None,
    format: Annotated[
        str | None, typer.Option(help=f"One of {IMPORTED}. [default: as the content tells]")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The skill's name. [default: the file's]")
    ] = None,
    locale: Annotated[
        str | None,
        typer.Option(help="The skill's locale. [default: as its rows, name or words tell]"),
    ] = None,
) -> int:
    """Show what is understood of a skill's file. With --out, also write it so --data takes it."""
    from data_cards.exchange.importing import preview, write
    from data_cards.exchange.rendering import render_preview

    seen = preview(path, format, name=name, locale=locale)
    typer.echo(render_preview(seen))
    if out is not None:
        typer.echo(str(write(seen, out)))
    return 0


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A skill's own folder, DIR/<skill>@<locale>.")],
    format: Annotated[str, typer.Option(help="One of jsonl, rasa, conll.")],
    out: Annotated[
        Path, typer.Option(help="Write here: a file for jsonl, else a folder of a file a split.")
    ],
) -> int:
    """Write a skill for other tools: JSON lines, Rasa's YAML, or CoNLL with BIO tags."""
    from data_cards.exchange.exporting import export as write_export

    for line in write_export(folder, format, out):
        typer.echo(line)
    return 0
