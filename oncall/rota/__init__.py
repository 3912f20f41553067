"""The rota as people read it: grids by week, fortnight and month, their problems, and coming shifts."""

from oncall.rota.board import Board, board, zone_of
from oncall.rota.drawing import Reader, draw, list_lanes
from oncall.rota.shifts import Shift, upcoming_shifts
from oncall.rota.spans import Span, TooLong, span

__all__ = [
    "Board", "Reader", "Shift", "Span", "TooLong", "board", "draw", "list_lanes", "span", "upcoming_shifts", "zone_of",
]  # fmt: skip
