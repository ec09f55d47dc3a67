"""Conversations on endings: king and pawn endings solved here, famous positions, and cards on technique."""
import kpk
from chess_rules import Position, name_of
from talk import Bag, Talk, card_talks

TOPIC = "endgames"
SIDE = {"w": "White", "b": "Black"}
# name | fen | result | key move (UCI or -) | why
FAMOUS = [row.split("|") for row in """
Lucena position|3K4/3P2k1/8/8/8/8/2r5/5R2 w - - 0 1|win|f1f4|the rook goes to the fourth rank to build the bridge: the king comes out and the rook blocks the last check
Philidor defence|4k3/7R/r7/3KP3/8/8/8/8 b - - 0 1|draw|-|the black rook holds the sixth rank, and when the pawn steps there it goes to the first rank and checks from behind
Vancura position|R7/6k1/P4r2/8/8/3K4/8/8 w - - 0 1|draw|-|the rook attacks the pawn from the side and checks the king whenever it comes to protect it
wrong bishop ending|8/1k6/8/K7/P7/8/8/2B5 w - - 0 1|draw|-|the bishop does not control the corner a8, so the king just sits there
right bishop ending|8/1k6/8/K7/P7/8/8/3B4 w - - 0 1|win|d1f3|the bishop covers the queening square and drives the king out of the corner
Réti study|7K/8/k1P5/7p/8/8/8/8 w - - 0 1|draw|h8g7|the king walks down the diagonal and chases two goals at once: catching the h-pawn and helping its own
Saavedra position|8/8/1KP5/3r4/8/8/8/k7 w - - 0 1|win|c6c7|the pawn promotes to a rook in the end, as a queen would allow a stalemate trick
trébuchet|8/8/8/4pK2/3kP3/8/8/8 w - - 0 1|loss|-|it is mutual zugzwang: the king has to let go of its pawn
two knights ending|8/8/8/3k4/8/3K4/3NN3/8 w - - 0 1|draw|-|two knights cannot force mate against a bare king
queen against a central pawn|Q7/8/8/8/8/7K/3pk3/8 w - - 0 1|win|a8e4|the queen checks until the king must stand in front of its pawn, and then the white king comes closer
queen against a bishop pawn|Q7/8/8/8/8/7K/2pk4/8 w - - 0 1|draw|-|the defender runs to the corner and lets the pawn go, since taking it is stalemate
queen against a rook pawn|Q5K1/8/8/8/8/8/pk6/8 w - - 0 1|draw|-|the king hides in the corner in front of its pawn and is stalemated when the queen guards it
pawn breakthrough|8/ppp5/8/PPP5/8/6k1/8/6K1 w - - 0 1|win|b5b6|White gives two pawns to push one through before the king returns
ending with same-coloured bishops and a pawn more|8/8/4k3/3b4/3P4/4KB2/8/8 w - - 0 1|draw|-|the black king stands in front of the pawn on a square the bishop cannot attack
outside passed pawn|8/3k4/8/P4p2/5P2/4K3/8/8 w - - 0 1|win|e3d4|the a-pawn lures the king away, and White collects the f-pawn
four against three rook ending|8/5pk1/6p1/7p/4PR1P/6P1/r4PK1/8 w - - 0 1|draw|-|all pawns are on one wing and the h5 pawn stops the space gain with g4
active king ending|8/5k2/8/1p6/1P3K2/P7/8/8 w - - 0 1|win|f4e5|the king is one step nearer and wins the b5 pawn
king breakthrough ending|8/5k2/5p2/1p3p2/1P3P2/3K2P1/8/8 w - - 0 1|win|d3d4|the white king gets through to c5 and eats the b-pawn while Black's counterplay is too slow
rook pawn ending|8/2k5/8/P7/1K6/8/8/8 w - - 0 1|draw|-|the black king reaches the corner a8 and can't be driven out
same-coloured bishops blockade|8/3k1b2/8/3P4/2K5/8/4B3/8 w - - 0 1|draw|-|the king blocks the pawn and the bishop trades itself for it if need be
""".strip().splitlines()]
FAMOUS_ASKS = """
Is this endgame won or drawn: {fen}? {side} to move.
{fen} - I think it's the {name}, is the ending a {guess}?
{Name}: {fen}. What's the result with best play and how does one play it?
I had this ending last night, {fen}, and we agreed a draw with {side} to move. Was that correct?
Tablebase says something, but I want to understand it: {fen}, {side} to play. Why?
What is the technique in the {name}? Example position: {fen}
Coach put {fen} on the board and said "know this ending by heart". Which rule is behind it?
Endgame study for tonight: {fen}. {side} moves. What am I supposed to see?
How would you explain the ending in {fen} to a 1200?
Do I resign, hold or win here? {side} to move: {fen}
Simple looking endgame, {fen}, yet I messed it up twice. Where is the trick?
Question on theoretical endings. In {fen}, what should {side} do?
{fen}: does it matter who is to move in this ending?
After the queens and everything came off we got {fen}. My opponent offered a draw. Accept?
Is the {name} a win or a draw in general, for example here: {fen}?
Can you check this ending for me: {fen}? I believe it's a {guess}.
I read a chapter about the {name} and understood half. What's going on in {fen}?
Endgame flashcard: {fen}. First move and evaluation?
""".strip().splitlines()
FAMOUS_REPLIES = {
    "win": ("It is a win. {San}Why: {why}.", "White wins. {San}Remember: {why}.",
            "With best play it is won, because {why}. {San}Go slowly, there is no hurry."),
    "draw": ("Draw. {Why}. {San}", "With correct defence it is a draw: {why}. {San}",
             "Nobody can win this by force. {Why}. {San}"),
    "loss": ("Whoever is to move loses. {Why}.", "Lost for the side to move, sadly: {why}.")}
KPK_ASKS = """
King and pawn ending: white king {wk}, white pawn {p}, black king {bk}, {side} to move. Win or draw?
{fen} - is the pawn ending winning with {side} to move?
White has king {wk} and a pawn on {p}, Black only a king on {bk}. {side} moves. Does the pawn queen?
K+P vs K. {fen}. I always guess in these. How do I know?
Pawn endgame, {side} to play, FEN {fen}. Who has the opposition here and what's the result?
Would you trade the last pieces into this pawn ending? King {wk}, pawn {p} against a king on {bk}, {side} to move.
Can the king on {bk} hold against king {wk} and pawn {p} if {side} is to move?
{fen}, simple king and pawn ending but I drew it yesterday. Was it won?
My opponent resigned in {fen} with {side} to move. Too early?
In the ending with white king {wk}, pawn {p} and black king {bk}, what should {side} play?
Key squares question: pawn on {p}, kings on {wk} and {bk}, {side} on move. Does White get through?
I had ten seconds left in this king ending: {fen}. Which move keeps the result?
Lone king on {bk} against king {wk} plus pawn {p}, {side} to move, can I hold the draw in this endgame?
Please check my count: white pawn {p}, king {wk}, black king {bk}, {side} moves. I say it is a {guess}.
Only the pawns were left and then only one: {fen}. Is the endgame decided already?
Endgame quiz at our club: {fen}. Win, draw, and with which move?
""".strip().splitlines()
KPK_REPLIES = {
    "win": ("It is won. {moves} {reason}", "White wins here. {reason} {moves}", "Winning. {reason} {moves}"),
    "draw": ("It is a draw. {reason} {moves}", "Drawn with correct play. {moves} {reason}",
             "No win here. {reason} {moves}")}


def mirrored(fen):
    board, *rest = fen.split(" ")
    return " ".join(["/".join(row[::-1] for row in board.split("/"))] + rest)


def reason(position):
    w, b, p = (position.board.index(c) for c in "KkP")
    won = kpk.is_won(position)
    file, rank = p % 8, p // 8
    far = max(abs(b % 8 - file), 7 - b // 8) if b // 8 <= 7 else 0
    steps = 7 - rank - (rank == 1)
    if won and far - (position.turn == "b") > steps and (w % 8 != file or w < p):
        return "The black king is outside the square of the pawn, so it runs through by itself."
    if file in (0, 7):
        return ("The black king is kept away from the corner, which is what matters with a rook pawn." if won else
                "With a rook pawn the defender only has to reach the corner or shut the white king in.")
    if won and w // 8 == 5 and w > p and abs(w % 8 - file) <= 1:
        return "The king stands on the sixth rank ahead of the pawn, and that wins with either side to move."
    if won and w // 8 >= rank + 2 - (rank >= 4) and abs(w % 8 - file) <= 1:
        return "The king has reached a key square in front of its pawn."
    if w % 8 == b % 8 and abs(w // 8 - b // 8) == 2:
        holder = "White" if position.turn == "b" else "Black"
        return f"The kings face each other and {holder} has the opposition, which decides it."
    return ("White can get the king in front of the pawn or take the opposition." if won else
            "Black can stay in front of the pawn and take the opposition at the right moment.")


def kpk_positions(rng, count):
    """Positions where both results are near: the kings close to the pawn, or a race."""
    chosen, seen = [], set()
    while len(chosen) < count:
        pawn = rng.randrange(8, 48)
        w, b = (max(0, min(63, pawn + 8 * rng.randint(-2, 3) + rng.randint(-2, 2))) for _ in range(2))
        if len({pawn, w, b}) < 3 or rng.random() < 0.15 and b < 32:
            continue
        position = kpk.place(w, b, pawn, rng.choice("wb"))
        if not position.is_sound() or not position.legal_moves() or position.fen() in seen:
            continue
        if pawn in [m[1] for m in position.legal_moves()]:
            continue
        won = kpk.is_won(position)
        kept = kpk.good_moves(position)
        if won != (len(chosen) % 2 == 0) or len(kept) > 3 and rng.random() < 0.8:
            continue
        seen.add(position.fen())
        chosen.append(position)
    return chosen


def kpk_slots(rng, position):
    w, b, p = (name_of(position.board.index(c)) for c in "KkP")
    won = kpk.is_won(position)
    kept = [position.san(m) for m in kpk.good_moves(position)]
    matters = won == (position.turn == "w")
    moves = ""
    if matters and len(kept) == 1:
        moves = f"The only move is {kept[0]}."
    elif matters and len(kept) <= 3:
        moves = f"{' or '.join(kept)} keeps it."
    return {"fen": position.fen(), "wk": w, "bk": b, "p": p, "side": SIDE[position.turn], "moves": moves,
            "reason": reason(position), "guess": rng.choice(("win", "draw"))}, "win" if won else "draw", kept


def table(fen, result, best):
    return "tablebase", {"fen": fen}, {"result_for_white": result, "pieces": sum(c.isalpha() for c in fen.split()[0]),
                                       **({"keeps_the_result": best} if best else {})}


def tidy(text):
    return " ".join(text.split())


THEN = ("And in the same ending with the other side to move, win or draw?",
        "What changes in this pawn ending if {other} is to move?",
        "So if {other} had the move in that endgame, would it still be a {result}?")


def kpk_talk(rng, position, asks, answers, more):
    values, result, kept = kpk_slots(rng, position)
    turns = [(asks.draw().format(**values), tidy(answers[result].draw().format(**values)))]
    fen, last = values["fen"], result
    flipped = kpk.place(*(position.board.index(c) for c in "KkP"), position.other())
    if more and flipped.is_sound() and flipped.legal_moves():
        values, last, kept = kpk_slots(rng, flipped)
        fen = values["fen"]
        question = rng.choice(THEN).format(other=values["side"], result=result)
        turns.append((question, tidy("{} {} {}".format(
            "Still the same result, a " + last + "." if last == result else "That changes it: now it is a " + last + ".",
            values["reason"], values["moves"]))))
    return Talk(TOPIC, turns, reference=last, fen=fen, call=table(fen, last, kept[:4]))


def famous_talk(rng, row, asks, flip):
    name, fen, result, key, why = row
    if flip and not any(f"{f}{r}" in why for f in "abcdefgh" for r in "12345678") and "-pawn" not in why:
        fen = mirrored(fen)
        key = key if key == "-" else "".join(chr(201 - ord(c)) if c.isalpha() else c for c in key)
    position = Position(fen)
    san = "" if key == "-" else position.san(position.parse(key))
    side = SIDE[position.turn]
    values = {"fen": fen, "name": name, "Name": name[0].upper() + name[1:], "side": side, "why": why,
              "Why": why[0].upper() + why[1:], "guess": rng.choice(("win", "draw")),
              "San": f"The move is {san}. " if san and result == "win" else f"{san} is the move." if san else ""}
    answer = rng.choice(FAMOUS_REPLIES[result]).format(**values)
    return Talk(TOPIC, [(asks.draw().format(**values), tidy(answer))], reference=result, fen=fen,
                call=table(fen, result, [san] if san else []))


def talks(rng, count):
    found = card_talks(rng, "endgames", TOPIC, count)
    asks, pawn_asks = Bag(rng, FAMOUS_ASKS), Bag(rng, KPK_ASKS)
    answers = {kind: Bag(rng, texts) for kind, texts in KPK_REPLIES.items()}
    for n in range(2 * len(FAMOUS) - 2):
        found.append(famous_talk(rng, FAMOUS[n % len(FAMOUS)], asks, n >= len(FAMOUS)))
    for n, position in enumerate(kpk_positions(rng, count - len(found))):
        found.append(kpk_talk(rng, position, pawn_asks, answers, n % 4 == 1))
    return found[:count]
