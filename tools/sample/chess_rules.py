"""The rules of chess: positions, legal moves, FEN and SAN in both directions, mate and stalemate.

A Position is never changed: `play` gives a new one. Squares are 0..63, a1 = 0, h1 = 7, a8 = 56; a move is
(from, to, promotion) with promotion one of "qrbn" or "". Run as a script, it counts move trees (perft) and
compares them with the published numbers.
"""

import re

START = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"
NAMES = {"p": "pawn", "n": "knight", "b": "bishop", "r": "rook", "q": "queen", "k": "king"}
VALUES = {"p": 1, "n": 3, "b": 3, "r": 5, "q": 9, "k": 100}


def square(name):
    return ord(name[0]) - 97 + 8 * (ord(name[1]) - 49)


def name_of(sq):
    return chr(97 + sq % 8) + chr(49 + sq // 8)


def _steps(deltas, far):
    """For each square, one tuple of squares for each direction, nearest first."""
    table = []
    for sq in range(64):
        rays = []
        for dx, dy in deltas:
            x, y, ray = sq % 8 + dx, sq // 8 + dy, []
            while 0 <= x < 8 and 0 <= y < 8:
                ray.append(x + 8 * y)
                if not far:
                    break
                x, y = x + dx, y + dy
            if ray:
                rays.append(tuple(ray))
        table.append(tuple(rays))
    return table


STRAIGHT = ((1, 0), (-1, 0), (0, 1), (0, -1))
SLANTED = ((1, 1), (1, -1), (-1, 1), (-1, -1))
LEAPS = ((1, 2), (2, 1), (-1, 2), (-2, 1), (1, -2), (2, -1), (-1, -2), (-2, -1))
RAYS = {"r": _steps(STRAIGHT, True), "b": _steps(SLANTED, True), "q": _steps(STRAIGHT + SLANTED, True),
        "n": _steps(LEAPS, False), "k": _steps(STRAIGHT + SLANTED, False)}
# squares from which a pawn of that colour attacks the square
PAWN_FROM = {"w": _steps(((-1, -1), (1, -1)), False), "b": _steps(((-1, 1), (1, 1)), False)}
PAWN_TO = {"w": PAWN_FROM["b"], "b": PAWN_FROM["w"]}
UCI = re.compile("([a-h][1-8])([a-h][1-8])([qrbn])?")
SAN = re.compile("(?:(?P<castle>O-O(?:-O)?)|(?P<piece>[KQRBN])?(?P<file>[a-h])?(?P<rank>[1-8])?x?"
                 "(?P<to>[a-h][1-8])(?:=(?P<promotion>[QRBN]))?)[+#]?[!?]*")
CORNERS = {0: "Q", 7: "K", 56: "q", 63: "k"}


class Position:
    __slots__ = ("board", "turn", "castling", "ep", "half", "full")

    def __init__(self, fen=START):
        fields = fen.split()
        self.board = []
        for row in reversed(fields[0].split("/")):
            for c in row:
                self.board.extend("." * int(c) if c.isdigit() else c)
        self.turn, self.castling = fields[1], fields[2].replace("-", "")
        self.ep = None if fields[3] == "-" else square(fields[3])
        self.half, self.full = (int(fields[4]), int(fields[5])) if len(fields) > 4 else (0, 1)

    def fen(self):
        rows = []
        for y in range(7, -1, -1):
            row, empty = "", 0
            for c in self.board[8 * y:8 * y + 8]:
                if c == ".":
                    empty += 1
                    continue
                row, empty = row + (str(empty) if empty else "") + c, 0
            rows.append(row + (str(empty) if empty else ""))
        ep = name_of(self.ep) if self.ep is not None else "-"
        return f"{'/'.join(rows)} {self.turn} {self.castling or '-'} {ep} {self.half} {self.full}"

    def mine(self, c):
        return c != "." and c.isupper() == (self.turn == "w")

    def king(self, side):
        return self.board.index("K" if side == "w" else "k")

    def attackers(self, sq, side):
        """The squares of the pieces of `side` that attack sq."""
        board, found = self.board, []
        case = str.upper if side == "w" else str.lower
        for (origin,) in PAWN_FROM[side][sq]:
            if board[origin] == case("p"):
                found.append(origin)
        for kind in "nk":
            for (origin,) in RAYS[kind][sq]:
                if board[origin] == case(kind):
                    found.append(origin)
        for kind in "rb":
            for ray in RAYS[kind][sq]:
                for origin in ray:
                    c = board[origin]
                    if c != ".":
                        if c == case(kind) or c == case("q"):
                            found.append(origin)
                        break
        return found

    def attacks(self, sq):
        """The squares that the piece on sq attacks (own pieces among them: it protects those)."""
        board, c = self.board, self.board[sq]
        kind = c.lower()
        if kind == "p":
            return [to for (to,) in PAWN_TO["w" if c.isupper() else "b"][sq]]
        found = []
        for ray in RAYS[kind][sq]:
            for to in ray:
                found.append(to)
                if board[to] != ".":
                    break
        return found

    def other(self):
        return "b" if self.turn == "w" else "w"

    def in_check(self):
        return bool(self.attackers(self.king(self.turn), self.other()))

    def _pawn_moves(self, sq):
        board, white = self.board, self.turn == "w"
        ahead, home, last = (8, 1, 7) if white else (-8, 6, 0)
        targets = []
        if board[sq + ahead] == ".":
            targets.append(sq + ahead)
            if sq // 8 == home and board[sq + 2 * ahead] == ".":
                targets.append(sq + 2 * ahead)
        for (to,) in PAWN_TO[self.turn][sq]:
            if to == self.ep or (board[to] != "." and not self.mine(board[to])):
                targets.append(to)
        for to in targets:
            for promotion in ("qrbn" if to // 8 == last else ("",)):
                yield sq, to, promotion

    def _castlings(self):
        rank = 0 if self.turn == "w" else 56
        rights = [c.lower() for c in self.castling if c.isupper() == (self.turn == "w")]
        for right, empty, path, to in (("k", (5, 6), (4, 5, 6), 6), ("q", (1, 2, 3), (4, 3, 2), 2)):
            if right in rights and all(self.board[rank + s] == "." for s in empty):
                if not any(self.attackers(rank + s, self.other()) for s in path):
                    yield rank + 4, rank + to, ""

    def _pseudo(self):
        board = self.board
        for sq in range(64):
            c = board[sq]
            if not self.mine(c):
                continue
            if c in "Pp":
                yield from self._pawn_moves(sq)
            else:
                for to in self.attacks(sq):
                    if not self.mine(board[to]):
                        yield sq, to, ""
        yield from self._castlings()

    def legal_moves(self):
        moves = []
        for move in self._pseudo():
            after = self.play(move)
            if not after.attackers(after.king(self.turn), after.turn):
                moves.append(move)
        return moves

    def play(self, move):
        origin, to, promotion = move
        after = Position.__new__(Position)
        board = after.board = self.board[:]
        piece, taken = board[origin], board[to]
        board[to], board[origin] = piece, "."
        after.ep, after.castling, after.turn = None, self.castling, self.other()
        if piece in "Pp":
            if to == self.ep:
                board[to + (-8 if piece == "P" else 8)] = "."
            if abs(to - origin) == 16:
                middle = (to + origin) // 2
                if any(board[s] == ("p" if piece == "P" else "P") for (s,) in PAWN_TO[self.turn][middle]):
                    after.ep = middle
            if promotion:
                board[to] = promotion.upper() if piece == "P" else promotion
        elif piece in "Kk":
            after.castling = after.castling.translate({ord(c): None for c in ("KQ" if piece == "K" else "kq")})
            if abs(to - origin) == 2:
                rook, home = (to + 1, to - 1) if to > origin else (to - 2, to + 1)
                board[home], board[rook] = board[rook], "."
        for corner in (origin, to):
            if corner in CORNERS:
                after.castling = after.castling.replace(CORNERS[corner], "")
        after.half = 0 if piece in "Pp" or taken != "." else self.half + 1
        after.full = self.full + (self.turn == "b")
        return after

    def is_mate(self):
        return self.in_check() and not self.legal_moves()

    def is_stalemate(self):
        return not self.in_check() and not self.legal_moves()

    def san(self, move):
        origin, to, promotion = move
        piece = self.board[origin]
        capture = self.board[to] != "." or (piece in "Pp" and to == self.ep)
        if piece in "Kk" and abs(to - origin) == 2:
            text = "O-O" if to > origin else "O-O-O"
        elif piece in "Pp":
            text = (name_of(origin)[0] + "x" if capture else "") + name_of(to)
            text += "=" + promotion.upper() if promotion else ""
        else:
            twins = [m[0] for m in self.legal_moves()
                     if m[1] == to and m[0] != origin and self.board[m[0]] == piece]
            name, which = name_of(origin), ""
            if twins:
                by_file = all(t % 8 != origin % 8 for t in twins)
                which = name[0] if by_file else name[1] if all(t // 8 != origin // 8 for t in twins) else name
            text = piece.upper() + which + ("x" if capture else "") + name_of(to)
        after = self.play(move)
        if after.in_check():
            text += "+" if after.legal_moves() else "#"
        return text

    def parse(self, text):
        """The legal move that a SAN or UCI text names; ValueError when there is none, or more than one."""
        uci, san = UCI.fullmatch(text), SAN.fullmatch(text)
        found = []
        for move in self._pseudo() if uci or san else ():
            if uci and (name_of(move[0]), name_of(move[1]), move[2]) != (uci[1], uci[2], uci[3] or ""):
                continue
            if not uci and not self._fits(move, san):
                continue
            after = self.play(move)
            if not after.attackers(after.king(self.turn), after.turn):
                found.append(move)
        if len(found) != 1:
            raise ValueError(f"{text} names {len(found)} legal moves in {self.fen()}")
        return found[0]

    def _fits(self, move, san):
        origin, to, promotion = move
        piece = self.board[origin].upper()
        castled = piece == "K" and abs(to - origin) == 2
        if san["castle"] or castled:
            return castled and san["castle"] == ("O-O" if to > origin else "O-O-O")
        name = name_of(origin)
        return ((san["piece"] or "P") == piece and san["to"] == name_of(to)
                and (san["promotion"] or "").lower() == promotion
                and (san["file"] or name[0]) == name[0] and (san["rank"] or name[1]) == name[1])

    def is_sound(self):
        """Could it stand on a board: two kings, no pawn on the last ranks, the side that moved not in check."""
        board = self.board
        if board.count("K") != 1 or board.count("k") != 1 or any(c in "Pp" for c in board[:8] + board[56:]):
            return False
        return not self.attackers(self.king(self.other()), self.turn)


def line(moves, position=None):
    """The positions of a line of SAN moves, the first one included. Move numbers are skipped."""
    positions = [position or Position()]
    for text in moves.split():
        text = text.rsplit(".", 1)[-1]
        if text:
            positions.append(positions[-1].play(positions[-1].parse(text)))
    return positions


def numbered(sans, first=1, black=False):
    """`1. e4 e5 2. Nf3`, or `3... Nf6 4. d4` when black begins."""
    words = [f"{first}..."] if black else []
    for i, text in enumerate(sans):
        ply = i + black
        if ply % 2 == 0:
            words.append(f"{first + ply // 2}.")
        words.append(text)
    return " ".join(words)


def perft(position, depth):
    moves = position.legal_moves()
    return len(moves) if depth == 1 else sum(perft(position.play(m), depth - 1) for m in moves)


KNOWN = ((START, 3, 8902), (START, 4, 197281),
         ("r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1", 3, 97862),
         ("8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1", 4, 43238),
         ("r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1", 3, 9467),
         ("rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8", 3, 62379))

if __name__ == "__main__":
    for known_fen, known_depth, nodes in KNOWN:
        print(counted := perft(Position(known_fen), known_depth), known_depth, known_fen)
        if counted != nodes:
            raise SystemExit(1)
