"""King and pawn against king, solved: is it won for the side with the pawn (always White here)?

Solved backwards from the promotion, one pawn file at a time and only for files a to d; e to h are their mirror.
A pawn that promotes wins when the new queen cannot be taken at once. Run as a script it checks known results.
"""
from functools import lru_cache

from chess_rules import RAYS, Position, square

NEAR = [[ray[0] for ray in RAYS["k"][sq]] for sq in range(64)]
TOUCH = [set(NEAR[sq]) | {sq} for sq in range(64)]


def _hits(pawn):
    return {pawn + 8 + d for d in (-1, 1) if 0 <= pawn % 8 + d < 8}


@lru_cache(maxsize=None)
def _won(pawn):
    """The set of (side to move, white king, black king) that White wins with the pawn on this square."""
    hits, ahead = _hits(pawn), pawn + 8
    won = set()
    legal = [(w, b) for w in range(64) for b in range(64) if w != pawn and b != pawn and b not in TOUCH[w]]
    white_moves, black_moves = {}, {}
    for w, b in legal:
        if b not in hits:
            white_moves[w, b] = [t for t in NEAR[w] if t != pawn and b not in TOUCH[t]]
            if _pawn_wins(pawn, ahead, w, b):
                won.add(("w", w, b))
        black_moves[w, b] = [t for t in NEAR[b] if t not in TOUCH[w] and t not in hits]
    changed = True
    while changed:
        changed = False
        for (w, b), moves in white_moves.items():
            if ("w", w, b) not in won and any(("b", t, b) in won for t in moves):
                won.add(("w", w, b))
                changed = True
        for (w, b), moves in black_moves.items():
            if ("b", w, b) not in won and moves and all(t != pawn and ("w", w, t) in won for t in moves):
                won.add(("b", w, b))
                changed = True
    return won


def _pawn_wins(pawn, ahead, w, b):
    if ahead in (w, b):
        return False
    if ahead >= 56:
        return b not in TOUCH[ahead] or (w in TOUCH[ahead] and w != ahead)
    if ("b", w, b) in _won(ahead):
        return True
    double = ahead + 8
    return pawn < 16 and double not in (w, b) and ("b", w, b) in _won(double)


def is_won(position):
    """For a position of king and white pawn against king."""
    w, b, pawn = position.board.index("K"), position.board.index("k"), position.board.index("P")
    if pawn % 8 > 3:
        w, b, pawn = w ^ 7, b ^ 7, pawn ^ 7
    return (position.turn, w, b) in _won(pawn)


def place(white, black, pawn, turn="w"):
    board = ["."] * 64
    for sq, c in ((white, "K"), (black, "k"), (pawn, "P")):
        board[square(sq) if isinstance(sq, str) else sq] = c
    position = Position("8/8/8/8/8/8/8/8 w - - 0 1")
    position.board, position.turn = board, turn
    return position


def good_moves(position):
    """The moves that keep the result for the side to move: White's winning, or Black's drawing moves."""
    kept = []
    for move in position.legal_moves():
        after = position.play(move)
        if "P" not in after.board:
            won = "Q" in after.board and move[2] == "q" and not any(
                after.board[m[1]] == "Q" for m in after.legal_moves()) and not after.is_stalemate()
        else:
            won = is_won(after)
        if won == (position.turn == "w") and (move[2] in ("", "q")):
            kept.append(move)
    return kept


if __name__ == "__main__":
    for kings, expected in (("e6 e8 e5 w", True), ("e6 e8 e5 b", True), ("e4 e6 e3 w", False),
                            ("e4 e6 e3 b", True), ("a1 a8 a2 w", False), ("h1 a8 h5 w", True), ("e5 e7 e4 b", True),
                            ("e5 e7 e4 w", False), ("d6 e8 e7 b", True), ("e6 e8 e7 b", False), ("d6 e8 e7 w", False)):
        *squares, side = kings.split()
        at = place(*squares, side)
        print("ok" if is_won(at) == expected else "WRONG", kings, is_won(at))
        if is_won(at) != expected:
            raise SystemExit(1)
