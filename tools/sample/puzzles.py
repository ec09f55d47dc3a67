"""Finds positions with a clear answer in the played games and says why the answer is right.

Nothing is claimed that is not checked here: a mate by trying every reply, a fork, pin or skewer by the lines of the
board. The engine's remarks (best line, lead over the second best move) only say where to look.
"""
import json
from collections import namedtuple
from pathlib import Path

from chess_rules import NAMES, RAYS, VALUES, Position, name_of

Game = namedtuple("Game", "opening sans positions scores notes")
Puzzle = namedtuple("Puzzle", "motif position san line why score wrong")
SIDE = {"w": "White", "b": "Black"}


def load_games():
    games = []
    for row in Path(__file__).with_name("games.jsonl").read_text("utf-8").splitlines():
        row = json.loads(row)
        sans, positions = row["moves"].split(), [Position()]
        for text in sans:
            positions.append(positions[-1].play(positions[-1].parse(text)))
        notes = {int(ply): note for ply, note in row["notes"].items()}
        games.append(Game(row["opening"], sans, positions, row["scores"], notes))
    return games


def mates_in_one(position):
    return [m for m in position.legal_moves() if position.play(m).is_mate()]


def mates_in_two(position):
    """First moves after which every reply allows mate at once (a reply must exist)."""
    found = []
    for move in position.legal_moves():
        after = position.play(move)
        if not after.in_check():
            continue
        replies = after.legal_moves()
        if replies and all(mates_in_one(after.play(r)) for r in replies):
            found.append(move)
    return found


def said(position, sq):
    return f"the {NAMES[position.board[sq].lower()]} on {name_of(sq)}"


def worth(position, sq):
    return VALUES[position.board[sq].lower()]


def guarded(position, sq):
    owner = "w" if position.board[sq].isupper() else "b"
    return bool(position.attackers(sq, owner))


def joined(parts):
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def fork_of(after, to):
    """The targets of the piece that just moved to `to`, when there are at least two worth having."""
    own = after.board[to]
    targets = []
    for sq in after.attacks(to):
        c = after.board[sq]
        if c == "." or c.isupper() == own.isupper() or c in "Pp":
            continue
        if c in "Kk" or worth(after, sq) > worth(after, to) or not guarded(after, sq):
            targets.append(sq)
    if len(targets) < 2 or after.attackers(to, after.turn):
        return ""
    return joined([said(after, sq) for sq in sorted(targets, key=lambda s: -worth(after, s))])


def line_of(after, to):
    """('pin' or 'skewer', words) for a long-range piece that looks through one enemy piece at another."""
    own = after.board[to]
    if own.lower() not in "rbq":
        return "", ""
    for ray in RAYS[own.lower()][to]:
        hit = [sq for sq in ray if after.board[sq] != "."][:2]
        if len(hit) < 2 or any(after.board[sq].isupper() == own.isupper() for sq in hit):
            continue
        front, back = hit
        if after.board[front] in "Pp" or after.board[back] in "Pp":
            continue
        if after.board[back] in "Kk" and after.board[front] not in "Kk" and not after.attackers(to, after.turn):
            return "pin", f"{said(after, front)} to {said(after, back)}"
        if worth(after, front) > worth(after, back) and not guarded(after, back) and after.board[front] in "KkQq":
            if after.board[front] in "Kk" and not after.attackers(to, after.turn):
                return "skewer", f"{said(after, front)}, with {said(after, back)} behind it"
    return "", ""


def discovered(before, after, move):
    """What a piece behind the moved one attacks now: the king or the queen."""
    side = before.turn
    for target in "Kk" if side == "b" else "k", "Qq" if side == "b" else "q":
        for sq in range(64):
            if after.board[sq] not in target or after.board[sq].isupper() == (side == "w"):
                continue
            fresh = [o for o in after.attackers(sq, side) if o != move[1] and sq not in before.attacks(o)]
            if fresh and worth(after, fresh[0]) <= worth(after, sq):
                return f"{said(after, fresh[0])} against {said(after, sq)}"
    return ""


def explain(position, move):
    """(motif, why) of a good move, or ('', '')."""
    after, to = position.play(move), move[1]
    if position.board[to] != "." and position.board[to] not in "Pp" and not guarded(position, to):
        return "hanging", f"{said(position, to)} has no defender"
    forked = fork_of(after, to)
    if forked:
        return "fork", forked
    motif, words = line_of(after, to)
    if motif:
        return motif, words
    words = discovered(position, after, move)
    return ("discovered", words) if words else ("", "")


def wrong_move(position, best):
    """A tempting other move: a capture or a check if there is one."""
    others = [m for m in position.legal_moves() if m != best and not position.play(m).is_mate()]
    loud = [m for m in others if position.board[m[1]] != "." or position.play(m).in_check()]
    pick = (loud or others)[len(position.fen()) % len(loud or others)] if others else None
    return position.san(pick) if pick else ""


def judge(position, pv, score):
    """The puzzle that a position holds, if its answer can be proved or shown here; None otherwise."""
    best, words = position.parse(pv.split()[0]), pv.split()
    ones = mates_in_one(position) if score > 9990 else []
    wrong = wrong_move(position, best)
    if ones:
        return Puzzle("mate1", position, words[0], words[0], "", score, wrong) if ones == [best] else None
    if score > 9990:
        if mates_in_two(position) != [best]:
            return None
        return Puzzle("mate2", position, words[0], _mating_line(position, best), "", score, wrong)
    motif, why = explain(position, best)
    return Puzzle(motif, position, words[0], " ".join(words[:3]), why, score, wrong) if motif else None


def load_puzzles():
    puzzles = []
    for row in Path(__file__).with_name("positions.jsonl").read_text("utf-8").splitlines():
        row = json.loads(row)
        puzzle = judge(Position(row["fen"]), row["pv"], row["score"])
        if puzzle is None:
            raise ValueError(f"no puzzle: {row}")
        puzzles.append(puzzle)
    return puzzles


def _mating_line(position, move):
    after = position.play(move)
    reply = after.legal_moves()[0]
    last = after.play(reply)
    return " ".join((position.san(move), after.san(reply), last.san(mates_in_one(last)[0])))
