"""`skillwise cards`: list, show, check, download, import."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The data cards: what data there is, and bringing in one's own.")


@app.command("list")
def list_() -> int:
    """One line a card: skills, locales, licence, and whether its data are here."""
    from data_cards.registry.listing import list_cards, render_list

    typer.echo(render_list(list_cards()))
    return 0


@app.command()
def show(name: Annotated[str, typer.Argument(help="A card's name.")]) -> int:
    """One card in full."""
    from data_cards.card import card
    from data_cards.registry.listing import show as render

    typer.echo(render(card(name)))
    return 0


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Cards. [all]")] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Print the block to put into the card instead.")
    ] = False,
) -> int:
    """Recount cards, hashes and overlaps, and list every faulty entry; exit 1 where a card lies."""
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
    """Bring a card's data into the folder that SKILLWISE_DATA names, verified by their hashes."""
    from data_cards.card import card
    from data_cards.registry.download import download as fetch

    typer.echo(str(fetch(card(name))))
    return 0


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="Interaction model, LU, Rasa, CSV, JSONL, CoNLL.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write the skill under. [preview only]")
    ] = None,
    format: Annotated[str | None, typer.Option(help="Its format. [told by the file]")] = None,
    name: Annotated[str | None, typer.Option(help="The skill's name. [the file's]")] = None,
    locale: Annotated[
        str | None, typer.Option(help="The skill's locale. [as its rows, name or words tell]")
    ] = None,
) -> int:
    """Show what is understood of a skill's file; with --out, write it in the neutral format."""
    from data_cards.exchange.importing import preview, write
    from data_cards.exchange.rendering import render_preview

    seen = preview(path, format, name=name, locale=locale)
    typer.echo(render_preview(seen))
    if out is not None:
        typer.echo(str(write(seen, out)))
    return 0
