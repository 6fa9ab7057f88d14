"""How skills and cells are called, in tables and errors; it imports nothing that takes time."""

from dataclasses import dataclass


def language(locale: str) -> str:
    """The language of a locale: "en" of "en-GB"."""
    return locale.split("-")[0].lower()


@dataclass(frozen=True, slots=True)
class SkillRef:
    """A skill by its names: where a run took it from, what it is called, and for which locale."""

    suite: str
    name: str
    locale: str

    @property
    def key(self) -> str:
        """Name and locale, as its folder is called."""
        return f"{self.name}@{self.locale}"

    @property
    def label(self) -> str:
        """Suite and key: unique within a run."""
        return f"{self.suite}/{self.key}"

    @property
    def language(self) -> str:
        """The locale's language: "en" of "en-GB"."""
        return language(self.locale)


def shots_name(shots: int | None) -> str:
    """A number of shots as `--shots` takes it."""
    return "all" if shots is None else str(shots)


def cell_name(label: str, system: str, shots: int | None, seed: int) -> str:
    """A cell in words."""
    return f"{label} {system} shots {shots_name(shots)} seed {seed}"
