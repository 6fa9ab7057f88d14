"""Modules without their first draw: a network whose weights come from a file needs none.

Drawing them is most of what opening a skill would cost.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from torch import Tensor
from torch.nn import init
from torch.overrides import TorchFunctionMode

_DRAWS: frozenset[Any] = frozenset(
    (
        Tensor.uniform_, Tensor.normal_, init.uniform_, init.normal_, init.kaiming_uniform_,
    )
)  # fmt: skip


_active = threading.local()


def undrawn() -> bool:
    """Whether this thread is within `Undrawn`: a module that draws in steps leaves them all out."""
    return getattr(_active, "depth", 0) > 0


class Undrawn(TorchFunctionMode):
    """Within it, what would draw a tensor's values leaves them as the memory was."""

    def __enter__(self) -> Self:
        _active.depth = getattr(_active, "depth", 0) + 1
        entered: Self = super().__enter__()  # type: ignore[no-untyped-call]
        return entered

    def __exit__(self, *raised: Any) -> None:
        _active.depth -= 1
        super().__exit__(*raised)  # type: ignore[no-untyped-call]

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        if func in _DRAWS:
            return args[0] if args else named["tensor"]
        return func(*args, **named)
