"""Conversations on positional play: cards on structures, and real positions whose features are counted here."""
from chess_rules import PAWN_TO, name_of
from talk import Bag, Talk, card_talks

TOPIC = "strategy"
SIDE = {"w": "White", "b": "Black"}
ASKS = """
isolated|My pawn on {sq} is isolated in {fen}. Do I attack, defend or trade pieces? I'm {side}.
isolated|{fen} - is the isolated pawn on {sq} a real weakness or is the activity enough?
isolated|In {fen} I'd like a long term plan around the isolated {sq} pawn. {side} here.
isolated|Which square do I blockade in {fen}, and with which piece? The {sq} pawn has no neighbours.
isolated|No tactics, please, only the positional side: how bad is {sq} in {fen}?
isolated|How would a positional player treat the isolani on {sq} in {fen}?
doubled|I have doubled pawns on the {file}-file, {fen}. How much does this structure hurt me strategically?
doubled|{fen}: doubled {file}-pawns for {side}. Weakness or extra open file?
doubled|Would you undouble the {file}-pawns in {fen} or play for the half-open file?
doubled|In {fen} my {file}-pawns got doubled when we traded. What positional compensation do I look for?
doubled|Judging pawn structure: {fen}. Are the doubled {file}-pawns a long-term problem?
passed|There's a passed pawn on {sq} in {fen}. Push it now or keep it as a long-term asset?
passed|Middlegame passer on {sq}: {fen}. What is the strategic plan for {side}?
passed|How do I support the passed pawn on {sq} here? {fen}
passed|{fen}. My plan was to put a knight in front of the passed {sq} pawn as a blockade. Sensible strategy?
backward|Is my {sq} pawn backward in {fen}, and what do I do about the square in front of it?
backward|{fen}, I am {side}. The pawn on {sq} can't move without being lost. Long-term plan?
backward|How does one exploit a backward pawn such as {sq} in {fen}?
outpost|Would {sq} be a good outpost for my knight in {fen}? I'm {side} and wonder about the plan.
outpost|{fen}: no enemy pawn can attack {sq} any more. How do I use this weak square?
outpost|Which weak squares do you see in {fen}? I thought of bringing a piece to {sq}.
outpost|Trying to play positionally. In {fen} the hole seems to be {sq}, what manoeuvre would {side} choose?
outpost|How many moves should I invest to bring a knight to the {sq} outpost in {fen}?
outpost|My opponent can plant a piece on {sq}?? {fen} How do I control such weak squares earlier?
file|Who should take the open {file}-file in {fen}, and what are the entry squares?
file|{fen} - I doubled rooks on the open {file}-file in my head. Is that the right plan?
file|Open {file}-file, equal pieces: {fen}. What's the strategic plan for {side}?
file|Should I trade all rooks on the {file}-file here? {fen}
file|In {fen} there is just one open file, the {file}-file. How do I fight for it?
pair|I have the bishop pair in {fen}. Should I open the position, and where?
pair|{fen}: how does {side} make the two bishops count with this pawn structure?
pair|Two bishops against bishop and knight, {fen}. What long-term plan do you suggest for {side}?
pair|How do I restrict his two bishops in {fen}? Positional advice please.
bad|Is my {colour}-squared bishop bad in {fen}? Most pawns stand on its colour.
bad|{fen} - trade the bad {colour}-squared bishop or rearrange the pawns?
bad|Which minor piece would {side} like to exchange in {fen}, from a structural view?
bad|What can I do with a bishop blocked by its own pawns, like in {fen}?
""".strip().splitlines()
ASKS = [row.split("|", 1) for row in ASKS]
REPLIES = {
    "isolated": ("The pawn on {sq} has no neighbour, so pieces have to guard it. As long as minor pieces are on the board "
                 "its owner should stay active and avoid trades; the other side blockades {front} and swaps pieces.",
                 "It is a weakness for the endgame and an asset in the middlegame. Fight for {front}: whoever controls this "
                 "square owns the position.",
                 "Put a knight on {front} if you play against it. If it is yours, keep the pieces on and look for the "
                 "moment to advance it."),
    "doubled": ("The {file}-pawns cannot protect each other, which matters when they can be attacked from the front. In "
                "exchange you have a half-open neighbour file: put a rook there before worrying about the pawns.",
                "Not a disaster. Keep pieces on, use the extra file, and avoid an ending in which the rear pawn is fixed.",
                "Try to trade one of them off by advancing the front pawn when you can; until then, do not leave them on a "
                "line the rooks can use."),
    "passed": ("Nothing stands in the way of {sq} but pieces. First improve the pieces behind it, control {front}, and push "
               "when the advance gains time; a pushed pawn without support becomes a target.",
               "A passer in the middlegame ties down a defender. Place a rook behind it and play on the other wing, so the "
               "blockader is missing there.",
               "{front} is the key square. Whoever controls it decides whether {sq} is strong or weak."),
    "backward": ("Yes: its neighbours are further ahead, so {sq} cannot be guarded by a pawn, and {front} is watched. "
                 "Either prepare the advance or keep enough pieces around; do not just wait.",
                 "The hole on {front} is more serious than the pawn. Exchange the piece that could settle there.",
                 "Against it: occupy {front}, double on the file and bring a second target into play."),
    "outpost": ("{sq} qualifies: no pawn can ever drive a piece away from there and yours supports it. A knight there is "
                "worth a few moves if the position is closed enough to spend them.",
                "Use it, but ask what the piece will look at from {sq}. Combine the outpost with a file or a break, "
                "otherwise it is only pretty.",
                "Route a knight to {sq}, and exchange the opponent's piece that can contest the square first."),
    "file": ("The {file}-file has no pawns at all, so rooks belong there. Look at the entry squares at its end: if they "
             "are covered, use a minor piece to break that guard before doubling.",
             "Take it if you can hold it. With equal rooks the side that controls the entry square on the seventh or second "
             "rank profits; otherwise trading on it just equalises.",
             "Double rooks when both can stay there; if the opponent can trade them all, prepare a pawn break elsewhere "
             "first."),
    "pair": ("Two bishops want open lines and targets on both wings. Do not rush: take away squares from the enemy knights "
             "with pawns, then open the side where you have more pawns.",
             "Keep both bishops, avoid locked pawns on one colour, and trade one only for something concrete.",
             "The side without the pair closes the position and looks for a protected outpost; the owner does the "
             "opposite."),
    "bad": ("Its own central pawns stand on {colour} squares, so it sees little. Trade it for a knight or bring it outside "
            "the chain; if neither works, put new pawn moves on the other colour.",
            "Yes, a bit passive. But a bad bishop that protects important pawns may stay; it becomes a real problem once "
            "the rest is exchanged.",
            "Exchange that bishop if the opponent lets you and keep the knight, which is better with pawns fixed this way."),
}
WEAK = ("The position is about equal, both sides have chances.", "Try to improve your pieces and make a plan.")
OTHER = ("Structurally, what about the other side of the board in that position, any weak squares or pawns to play for?",
         "And long-term, which minor piece would you exchange in this structure?",
         "Suppose he just waits. Which pawn break would be the strategic follow-up?",
         "So positionally who is better here, because of the pawn structure?")
OTHER_REPLIES = ("The evaluation is about level, {score} by the computer, so it is a matter of plans: improve the worst "
                 "piece first and then choose the break.",
                 "Keep the piece that can use the weak squares and offer the other one. In a level position such as this "
                 "({score}) small things like that decide.",
                 "Balanced, {score}. Neither side has to hurry; look for a second weakness before you commit a pawn.")


def pawns(position, side):
    return [sq for sq in range(8, 56) if position.board[sq] == ("P" if side == "w" else "p")]


def features(position):
    """[(kind, side, square name, file, more)] of what is really there."""
    found = []
    files = {side: [sq % 8 for sq in pawns(position, side)] for side in "wb"}
    for side, enemy in ("w", "b"), ("b", "w"):
        own, hostile = pawns(position, side), pawns(position, enemy)
        up = 1 if side == "w" else -1
        for sq in own:
            x, y = sq % 8, sq // 8
            near = [o for o in own if abs(o % 8 - x) == 1]
            stops = [h for h in hostile if abs(h % 8 - x) <= 1 and (h // 8 - y) * up > 0]
            front = name_of(sq + 8 * up)
            if not near and x in (2, 3, 4) and files[side].count(x) == 1 and x not in files[enemy]:
                found.append(("isolated", side, name_of(sq), front))
            if not stops and 0 < (y if side == "w" else 7 - y) - 2:
                found.append(("passed", side, name_of(sq), front))
            held = any(sq + 8 * up in [t for (t,) in PAWN_TO[enemy][h]] for h in hostile)
            if near and held and x in (1, 2, 3, 4, 5) and all((o // 8 - y) * up > 0 for o in near) \
                    and x not in files[enemy]:
                found.append(("backward", side, name_of(sq), front))
        for x in range(8):
            if files[side].count(x) == 2:
                found.append(("doubled", side, "abcdefgh"[x], ""))
        for rank in (3, 4, 5):
            for x in range(1, 7):
                sq = 8 * (rank if side == "w" else 7 - rank) + x
                guard = any(sq in [t for (t,) in PAWN_TO[side][o]] for o in own)
                chase = any(abs(h % 8 - x) == 1 and (h // 8 - sq // 8) * up > 0 for h in hostile)
                knight = ("N" if side == "w" else "n") in position.board
                if guard and not chase and knight and position.board[sq] == "." and rank >= 4:
                    found.append(("outpost", side, name_of(sq), ""))
        bishops = [sq for sq in range(64) if position.board[sq] == ("B" if side == "w" else "b")]
        theirs = [sq for sq in range(64) if position.board[sq] == ("b" if side == "w" else "B")]
        if len(bishops) == 2 and len(theirs) == 1:
            found.append(("pair", side, "", ""))
        if len(bishops) == 1:
            colour = (bishops[0] + bishops[0] // 8) % 2
            centre = [o for o in own if o % 8 in (2, 3, 4, 5) and (o + o // 8) % 2 == colour]
            if len(centre) >= 3:
                found.append(("bad", side, "light" if colour else "dark", ""))
    opened = [x for x in range(8) if x not in files["w"] and x not in files["b"]]
    if len(opened) == 1 and "R" in position.board and "r" in position.board:
        found.append(("file", position.turn, "abcdefgh"[opened[0]], ""))
    return found


def candidates(rng, games):
    """One quiet middlegame position a game and kind: level, no check, queens or rooks still there."""
    found = []
    for game in games:
        seen = set()
        for ply in range(20, min(46, len(game.scores))):
            position = game.positions[ply]
            if abs(game.scores[ply]) > 70 or position.in_check() or ply in game.notes:
                continue
            for kind, side, what, front in features(position):
                if kind not in seen:
                    seen.add(kind)
                    found.append((kind, position, side, what, front, game.scores[ply], len(seen)))
    rng.shuffle(found)
    return sorted(found, key=lambda f: f[6])


def talks(rng, count, games):
    found = card_talks(rng, "strategy", TOPIC, count)
    bags = {kind: Bag(rng, [q for k, q in ASKS if k == kind]) for kind in REPLIES}
    answers = {kind: Bag(rng, texts) for kind, texts in REPLIES.items()}
    pool, used = candidates(rng, games), {}
    limit = {"isolated": 9, "doubled": 9, "passed": 6, "backward": 6, "outpost": 10, "file": 8, "pair": 7, "bad": 7}
    for kind, position, side, what, front, score, _ in pool:
        if len(found) == count:
            break
        if used.get(kind, 0) >= limit[kind]:
            continue
        used[kind] = used.get(kind, 0) + 1
        values = {"fen": position.fen(), "side": SIDE[side], "sq": what, "file": what, "colour": what, "front": front,
                  "score": f"{score / 100:+.1f}"}
        text = rng.choice(WEAK) if rng.random() < 0.06 else answers[kind].draw()
        turns = [(bags[kind].draw().format(**values), text.format(**values))]
        if len(found) % 5 == 0:
            turns.append((rng.choice(OTHER), rng.choice(OTHER_REPLIES).format(**values)))
        result = {"cp": score, "depth": 10, "features": [f"{kind} {what}".strip()]}
        found.append(Talk(TOPIC, turns, fen=position.fen(),
                          call=("analyze_position", {"fen": position.fen(), "depth": 10}, result)))
    return found
