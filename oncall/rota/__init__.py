"""The rota as people read it: grids by week, fortnight and month, what is wrong in them, and coming turns."""

from oncall.rota.board import Board, board, zone_of
from oncall.rota.drawing import Reading, draw, listing
from oncall.rota.shifts import Shift, upcoming
from oncall.rota.spans import Span, TooLong, span

__all__ = [
    "Board", "Reading", "Shift", "Span", "TooLong", "board", "draw", "listing", "span", "upcoming", "zone_of",
]  # fmt: skip
