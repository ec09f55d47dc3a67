"""Plays the games and finds the positions that the sample is about. Needs a UCI engine (Stockfish 15.1 was used).

Two weakened copies of the engine play on from a real opening line; a strong one then looks at every position. The
results are committed, because another engine or version plays other games: the sample itself needs no engine.
Usage: play_games.py ENGINE games 140 > games.jsonl
       play_games.py ENGINE positions 500 > positions.jsonl
"""
import json
import random
import subprocess
import sys

from chess_rules import Position, name_of
from opening_lines import LINES
from puzzles import judge

MATE = 10000


class Engine:
    def __init__(self, path, options):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for key, value in options.items():
            self.say(f"setoption name {key} value {value}")
        self.say("isready")
        self.until("readyok")

    def say(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def until(self, word):
        lines = []
        while True:
            lines.append(self.process.stdout.readline().split())
            if lines[-1] and lines[-1][0] == word:
                return lines

    def go(self, fen, limit):
        self.say(f"position fen {fen}")
        self.say(f"go {limit}")
        return self.until("bestmove")


def uci(move):
    return name_of(move[0]) + name_of(move[1]) + move[2]


def verdicts(lines):
    """[(score for the side to move, pv)], best first; a mate in n is MATE - n."""
    found = {}
    for words in lines:
        if "multipv" in words and "pv" in words and "bound" not in " ".join(words):
            kind, value = words[words.index("score") + 1:words.index("score") + 3]
            value = int(value)
            if kind == "mate":
                value = MATE - value if value > 0 else -MATE - value
            found[int(words[words.index("multipv") + 1])] = (value, words[words.index("pv") + 1:])
    return [found[k] for k in sorted(found)]


def play(engines, rng, lengths, nodes):
    opening = rng.choice(LINES)
    moves = opening.moves.split()
    position, sans = Position(), moves[:max(4, rng.randint(len(moves) - 4, len(moves)))]
    for text in sans:
        position = position.play(position.parse(text))
    pair = [rng.choice(engines), rng.choice(engines)]
    limit, seen = rng.choice(lengths), {}
    while len(sans) < limit and position.half < 40:
        if not position.legal_moves():
            break
        key = position.fen().rsplit(" ", 2)[0]
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == 3:
            break
        answer = pair[len(sans) % 2].go(position.fen(), f"nodes {nodes}")[-1][1]
        move = position.parse(answer)
        sans.append(position.san(move))
        position = position.play(move)
    return opening.name, sans


def study(referee, sans):
    position, scores, notes = Position(), [], {}
    for ply, text in enumerate(sans):
        found = verdicts(referee.go(position.fen(), "depth 10"))
        best, pv = found[0]
        scores.append(best if position.turn == "w" else -best)
        second = found[1][0] if len(found) > 1 else -MATE
        words, at = [], position
        for step in pv[:5]:
            move = at.parse(step)
            words.append(at.san(move))
            at = at.play(move)
        notes[ply] = {"pv": " ".join(words), "lead": best - second}
        position = position.play(position.parse(text))
    keep = {}
    for ply, note in notes.items():
        after = scores[ply + 1] if ply + 1 < len(scores) else scores[ply]
        lost = (scores[ply] - after) * (1 if ply % 2 == 0 else -1)
        forced = note["lead"] >= 180 and 150 <= abs(scores[ply])
        if (lost >= 120 and abs(after) < 1500) or forced:
            keep[ply] = note
    return scores, keep


def resigned(sans, scores):
    """The game up to where the loser would give up: six positions in a row with a rook's worth between them."""
    for ply in range(24, len(sans)):
        if all(abs(s) > 600 and s * scores[ply] > 0 for s in scores[ply - 5:ply + 1]):
            return sans[:ply]
    return sans


WANTED = {"mate1": 62, "mate2": 24, "fork": 48, "pin": 14, "skewer": 12, "discovered": 18, "hanging": 14}


def positions(path, count):
    """Puzzles from games of very weak players, one of a motif from a game."""
    rng = random.Random(65)
    weak = [Engine(path, {"Skill Level": level}) for level in (0, 1, 3)]
    scout, referee = Engine(path, {"MultiPV": 2}), Engine(path, {"MultiPV": 2})
    left = dict(WANTED)
    for _ in range(count):
        _, sans = play(weak, rng, (64, 76, 90), 200)
        position, seen = Position(), set()
        for text in sans:
            if position.full > 7 and len(position.legal_moves()) > 1:
                found = verdicts(scout.go(position.fen(), "depth 6"))
                if clear(found) and clear(found := verdicts(referee.go(position.fen(), "depth 13"))):
                    row = told(position, found)
                    puzzle = judge(position, row["pv"], row["score"])
                    if puzzle and puzzle.motif not in seen and left[puzzle.motif] > 0:
                        seen.add(puzzle.motif)
                        left[puzzle.motif] -= 1
                        print(json.dumps(row), flush=True)
            position = position.play(position.parse(text))


def clear(found):
    """Is the first move right and the second not: mate against none, or two pawns between them."""
    if len(found) < 2 or found[0][0] < 150:
        return False
    return found[0][0] - found[1][0] >= 200 and (found[0][0] > 9990 or found[0][0] < 1200)


def told(position, found):
    words, at = [], position
    for step in found[0][1][:5]:
        move = at.parse(step)
        words.append(at.san(move))
        at = at.play(move)
    return {"fen": position.fen(), "pv": " ".join(words), "score": found[0][0]}


def games(path, count):
    rng = random.Random(64)
    weak = [Engine(path, {"Skill Level": level}) for level in (2, 4, 5, 6, 8)]
    referee = Engine(path, {"MultiPV": 2})
    for _ in range(count):
        name, sans = play(weak, rng, (48, 56, 64, 72, 90), 800)
        scores, notes = study(referee, sans)
        if rng.random() < 0.6:
            sans = resigned(sans, scores)
            scores, notes = scores[:len(sans)], {ply: n for ply, n in notes.items() if ply < len(sans)}
        print(json.dumps({"opening": name, "moves": " ".join(sans), "scores": scores, "notes": notes}), flush=True)


if __name__ == "__main__":
    {"games": games, "positions": positions}[sys.argv[2]](sys.argv[1], int(sys.argv[3]))
