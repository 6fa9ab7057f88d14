"""What goes into the page whole: data, pictures, and the digests that let its own code run."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from data_cards.errors import DataError

_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_PICTURES = {"word-map.svg": "image/svg+xml", "word-map.png": "image/png"}


def json_block(value: Any) -> Markup:
    """JSON that nothing in it can end or leave: no `</script>`, no `<!--`; refuses NaN."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)


def policy(style: str, script: str) -> str:
    """A content security policy: no network, and of code and style only these two texts."""
    return (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )


def word_map(folder: Path) -> str:
    """A run folder's picture of the word vectors as a data: URI, "" where it has none.

    Shown by <img>, so that an SVG's scripts and links stay dead.
    """
    for name, kind in _PICTURES.items():
        path = folder / name
        if path.is_file():
            try:
                content = base64.b64encode(path.read_bytes()).decode()
            except OSError as error:
                fault = f"cannot be read ({error.strerror})"
                raise DataError(path, None, fault, "make it readable or remove it") from None
            return f"data:{kind};base64,{content}"
    return ""


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
