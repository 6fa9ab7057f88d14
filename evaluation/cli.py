"""The command line: a table of commands, and what becomes of their errors."""

import errno
import sys
from collections.abc import Sequence

import typer

from data_cards.errors import SkillwiseError
from evaluation.commands import (
    ablate,
    cards,
    claims,
    compare,
    nightly,
    pack,
    parse,
    pretrain,
    report,
    results,
    store,
)

app = typer.Typer(
    name="skillwise",
    help="Measure, skill by skill, what word embeddings and small networks gain over MaxEnt-CRF.",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # markup takes "[cores]" for a style and shows nothing of it
)
app.command("compare", short_help="Compare systems, skill by skill.")(compare.compare)
app.command("pretrain", short_help="Train word vectors on text.")(pretrain.pretrain)
app.command("report", short_help="Write a run's reports again.")(report.report)
app.command("nightly", short_help="Fail if a skill got worse since a reference.")(nightly.nightly)
app.command("ablate", short_help="Measure named changes against a base.")(ablate.ablate)
app.command("claims", short_help="Put claims beside what is measured.")(claims.claims)
app.command("parse", short_help="Say what a text means to a packed skill.")(parse.parse)
app.add_typer(pack.app, name="pack", short_help="Keep the networks of many skills in one file.")
app.add_typer(store.app, name="store", short_help="Show, score, import and export word vectors.")
app.add_typer(results.app, name="results", short_help="Ask a run by SQL, export it, merge runs.")
app.add_typer(cards.app, name="cards", short_help="See what data there is; import your own.")

BAD_INPUT = 2
INTERRUPTED = 130

_PLACES = {
    errno.EACCES, errno.EEXIST, errno.EFBIG, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG,
    errno.ENOENT, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS,
}  # fmt: skip
"""What the system says of a place that the user named, and that is not what it should be."""

_UsageError: type[Exception] = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"
)
"""click's base exception; newer releases of typer carry their own copy of it."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 a failed cell or claim, 2 bad input or settings.

    What the user can mend is one line on stderr; a bug keeps its traceback.
    """
    code = _run(list(sys.argv[1:] if argv is None else argv))
    if code == INTERRUPTED:
        _say("interrupted; the same command with the same --out goes on from here")
    sys.exit(code)


def _run(argv: list[str]) -> int:
    try:
        code = app(argv or ["--help"], prog_name="skillwise", standalone_mode=False)
    except SkillwiseError as error:
        _say(str(error))
        return BAD_INPUT
    except _UsageError as error:
        message = getattr(error, "format_message", error.__str__)()
        _say(f"{message} (see `skillwise {_help(argv)}`)")
        return BAD_INPUT
    except typer.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader left, e.g. `| head`; nothing is wrong
        return 0
    except OSError as error:
        if error.errno not in _PLACES or error.filename is None:
            raise  # a bug keeps its traceback
        _say(f"{error.filename}: cannot be used ({error.strerror}); name another file or folder")
        return BAD_INPUT
    return code if isinstance(code, int) else 0


def _help(argv: list[str]) -> str:
    command = next((word for word in argv if not word.startswith("-")), "")
    return f"{command} --help".strip() if command in _commands() else "--help"


def _commands() -> set[str]:
    named = {c.name for c in app.registered_commands} | {g.name for g in app.registered_groups}
    return {name for name in named if name}


def _say(message: str) -> None:
    sys.stderr.write(f"skillwise: {' '.join(message.split())}\n")
