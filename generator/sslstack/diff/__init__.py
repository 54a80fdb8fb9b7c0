"""What differs between two templates, and what that means for clients."""

from sslstack.diff.compare import compare
from sslstack.diff.consequences import consequences
from sslstack.diff.model import FAILING, Consequence, Diff, Effect, EntryChange
from sslstack.diff.prediction import surprises
from sslstack.diff.review import Review, Side, review, side

__all__ = [
    "FAILING",
    "Consequence",
    "Diff",
    "Effect",
    "EntryChange",
    "Review",
    "Side",
    "compare",
    "consequences",
    "review",
    "side",
    "surprises",
]
