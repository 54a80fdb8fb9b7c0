"""Pictures of listeners and the services behind them: Mermaid for GitHub, SVG for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from sslstack.escaping import escape_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sslstack.diff.facts import Facts, Front

_ROW, _LEFT, _MIDDLE, _RIGHT, _WIDTH = 44, 8, 220, 470, 610
Place = tuple[str, str]


def mermaid(facts: Facts, others: Facts, exposed: Collection[str] = ()) -> str:
    """Return a flow chart of clients, listeners and backends; new ones are thick.

    Listeners that are `exposed` (`WebLoadBalancer:6379`) are red. Text is quoted and reduced
    to characters that Mermaid accepts.
    """
    lines = ["flowchart LR", '  clients(("clients"))']
    for number, (place, one) in enumerate(sorted(facts.listeners.items())):
        new = others.listeners.get(place) != one
        arrow = "==>" if new else "-->"
        lines.append(
            f'  clients {arrow}|"{_plain(_front(one))}"| l{number}["{_plain(_name(one))}"]'
        )
        lines.append(f'  l{number} {arrow}|"{_plain(one.protocols_behind.lower())}"| '
                     f'b{number}("{_plain(_back(one))}")')  # fmt: skip
        if _subject(one) in exposed:
            lines.append(f"  style l{number} fill:#a40e26,color:#fff,stroke:#a40e26")
    return "\n".join(lines) + "\n"


def _subject(one: Front) -> str:
    return f"{one.load_balancer}:{one.port}"


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() or c in " .:-_/" else " " for c in text)[:80]


def _front(one: Front) -> str:
    return f"{'TLS ' if one.secure else ''}{one.protocol.lower()}"


def _name(one: Front) -> str:
    return f"{one.load_balancer.removesuffix('LoadBalancer')}:{one.port}"


def _back(one: Front) -> str:
    return f"port {one.ports_behind}"


def svg(facts: Facts, others: Facts, title: str, exposed: Collection[str] = ()) -> Markup:
    """Draw listeners and backends; those that differ are marked.

    The colours are classes, for light and dark; every text is escaped.
    """
    rows = sorted(facts.listeners.items())
    height = max(1, len(rows)) * _ROW + 16
    body = Markup("").join(
        part
        for index, (place, one) in enumerate(rows)
        for part in _row(one, index * _ROW + 8, _state(one, place, others, exposed))
    )
    return Markup(
        '<svg role="img" viewBox="0 0 {} {}" class="picture"><title>{}</title>{}</svg>'
    ).format(_WIDTH, height, title, body)


def _state(one: Front, place: Place, others: Facts, exposed: Collection[str]) -> str:
    """Return how a listener differs from the other side, as a CSS class."""
    if _subject(one) in exposed:
        return "endangered"
    known = others.listeners
    return "same" if known.get(place) == one else "other" if place in known else "only"


def _row(one: Front, top: int, state: str) -> Iterator[Markup]:
    front = "secure" if one.secure else "plain"
    back = "secure" if one.secure_behind else "plain"
    middle = top + 15
    yield _line(_LEFT + 80, _MIDDLE, middle, front)
    yield _line(_MIDDLE + 150, _RIGHT, middle, back)
    yield _box(_LEFT, top, 80, "clients", "clients")
    yield _box(_MIDDLE, top, 150, _name(one), state)
    yield _box(_RIGHT, top, 130, f"{one.protocols_behind.lower()} {_back(one)}", "backend")
    yield _label((_LEFT + 80 + _MIDDLE) // 2, middle - 4, _front(one))


def _line(start: int, end: int, y: int, state: str) -> Markup:
    return Markup('<path class="{}" d="M{} {}H{}"/>').format(state, start, y, end)


def _box(x: int, y: int, width: int, text: str, state: str) -> Markup:
    text = escape_line(text)
    shown = escape(text if len(text) <= width // 7 else text[: width // 7 - 1] + "…")
    return Markup(
        '<g class="{}"><rect x="{}" y="{}" width="{}" height="30" rx="6"/>'
        '<text x="{}" y="{}">{}</text></g>'
    ).format(state, x, y, width, x + width // 2, y + 20, shown)


def _label(x: int, y: int, text: str) -> Markup:
    return Markup('<text class="label" x="{}" y="{}">{}</text>').format(x, y, escape_line(text))
