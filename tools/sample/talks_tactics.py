"""Conversations on tactics: puzzles whose answers were checked, and cards about motifs."""
from chess_rules import NAMES, name_of
from puzzles import SIDE, load_puzzles
from talk import Bag, Talk, card_talks, numbered_from

TOPIC = "tactics"
ASKS = [row.split("|", 1) for row in """
mate1|{side} to move and mate in one. I can't find it: {fen}
mate1|There's supposed to be a mate in 1 here for {side}, {fen}. I only see {wrong}.
mate1|Puzzle of the day, mate in one, {side} to play. FEN {fen}
mate1|{fen} - which move is checkmate?
mate1|I played {wrong} in this position and my friend laughed because it was mate in one. {fen} What did I miss?
mate1|Mate-in-one drill number 12: {fen}. What's the move, and why has the king no way out?
mate1|my kid got this mate in 1 in three seconds and i still don't see it, {fen}
mate1|Solve please, one move checkmate: {fen}
mate1|Is {wrong} the mating move here? {side} to move: {fen}
mate1|The app says "{side} mates in one". {fen}. Give me a hint first and then the solution.
mate1|How does {side} deliver mate at once in {fen}?
mate1|Stuck on a checkmate puzzle, {fen}. Tried all the checks I could think of.
mate1|Endless puzzle session and now this: {fen}. One move mates, which one?
mate1|{side} can end it right now, they say. {fen} I looked at {wrong} and at every queen move.
mate1|Warm-up before the match: mate in one, {fen}. Ten seconds on the clock and I failed!
mate1|We had this in a blitz game and nobody saw the mate. {fen} What was it?
mate1|Checkmate in one from a kids' worksheet, {side} moves: {fen}. I'd like the explanation for my class too.
mate1|Are there two mates in one in {fen} or only a single one?
mate2|Mate in two, {side} to move: {fen}. Which sacrifice or check starts it?
mate2|I need the solution of a mate in 2: {fen}
mate2|{fen} Forced mate in two moves for {side}, they say. First move?
mate2|Can you show me the combination here, {side} mates in two. {fen}
mate2|This puzzle cost me ten minutes: {fen}, mate in 2. I started with {wrong} and it fails, right?
mate2|Homework from the tactics course: {side} plays and mates in two. {fen}
fork|There is a fork somewhere in this puzzle: {fen}. {side} to move.
fork|Which double attack wins material for {side} here? {fen}
fork|{fen} - theme "fork", I can't see which piece does it.
fork|Tactic trainer, {side} to play and win material: {fen}. I tried {wrong}, wrong.
fork|How do I see the double attack in {fen}? {side} to move.
fork|Find the fork: {fen}
fork|I got forked in this position and didn't notice for two moves. What was the shot for {side}? {fen}
pin|Which pin wins something here for {side}? {fen}
pin|Pin puzzle, {side} to move: {fen}. What is pinned and to what?
pin|{fen} - how does {side} exploit the line to the king?
skewer|Skewer exercise: {fen}. {side} plays, what's the move?
skewer|{side} to move, the motif is a skewer. Where is it? {fen}
discovered|{fen} - the theme is discovered attack. Which piece moves away?
discovered|Could you explain the discovered attack for {side} in {fen}?
discovered|Puzzle with a discovery, {side} to play: {fen}. Is it {wrong}?
hanging|What can {side} just take here? {fen}
hanging|{fen}: is something hanging? {side} to move, and it says "win material".
any|{side} to move and win: {fen}
any|What is the best move for {side} in this puzzle and which motif is it? {fen}
any|Rated 1500 puzzle: {fen}. My first instinct was {wrong}. Am I close?
any|I keep failing this tactic. {fen}, {side} moves.
any|Give me the idea, not only the move: {fen}. There should be a tactic for {side}.
any|{side} plays and wins material. {fen}. What candidate moves do I look at first?
any|Puzzle rush question. {fen} I guessed {wrong} and lost my streak, what was the tactical shot?
any|Checks, captures, threats... I went through all and found nothing. {fen}, {side} to play.
any|Can you give me three small hints and then the solution for {fen}?
any|Tactical motif in this position? {fen}
any|Why is {wrong} not the solution of this puzzle: {fen}? {side} is to move.
""".strip().splitlines()]
REPLIES = {
    "mate1": ("{san}. {near} The king has no free square, the check cannot be blocked and the {piece} cannot be taken.",
              "It is {san}. Look at the king's escape squares one by one: each is covered or occupied, and nothing can "
              "capture on {to} or come between.",
              "Hint: look for a check by the {piece}. Solution: {san}, mate. Every flight square is taken away.",
              "The mate is {san}. {wrong} lets the king live; with {san} there is no reply at all.",
              "{san} ends it. Tip for next time: write down the squares around the king and cross out the guarded ones."),
    "mate2": ("Start with {san}. A sample line is {line}, and the other replies allow mate on the next move too.",
              "{san}! is forcing: the answer is check, so there are few replies, and each meets a mate. For example "
              "{line}.",
              "The key is the check {san}, for instance {line}. {wrong} is too slow and gives the king time."),
    "fork": ("{san} is the shot: the {piece} attacks {why} at the same time, and it cannot be taken. The main line "
             "goes {line}.",
             "Play {san}. That hits {why}; only one of them can be saved.",
             "The double attack is {san}, against {why}. {wrong} misses it and gives the opponent a move to reorganise.",
             "Which squares can your {piece} reach with tempo? {san} does it, since {why} are both under attack."),
    "pin": ("{san} pins {why}. The pinned piece may not move, so attack it again and win it: {line}.",
            "The move is {san}: it pins {why}. A pinned piece is a poor defender, and that is what decides here."),
    "skewer": ("{san} attacks {why}. When the front piece leaves the line, the back one falls: {line}.",
               "A skewer: {san} hits {why}. The king has to step off the line first."),
    "discovered": ("{san} opens a line and uncovers {why}. Two threats at once, and only one can be met: {line}.",
                   "Move the {piece}: {san}. The point is the uncovered attack of {why}.",
                   "{san}. The moving piece makes its own threat and behind it comes {why}."),
    "hanging": ("{san}, simply. Here {why}, so take it and check what the reply can be: {line}.",
                "Before deep calculation look for loose pieces: {why}. {san} wins it."),
}
WEAK = ("Try looking for checks.", "I think {wrong} also looks quite strong, hard to say.",
        "There is a nice tactic here. Keep practising and you will find it!")


def near(position, move):
    king = position.king(position.other())
    gap = max(abs(king % 8 - move[1] % 8), abs(king // 8 - move[1] // 8))
    return "It lands right beside the king, protected." if gap == 1 else "It strikes from a distance."


def slots(puzzle):
    position = puzzle.position
    move = position.parse(puzzle.san)
    return {"fen": position.fen(), "side": SIDE[position.turn], "san": puzzle.san, "why": puzzle.why,
            "wrong": puzzle.wrong or "a quiet move", "line": numbered_from(position, puzzle.line.split()),
            "piece": NAMES[position.board[move[0]].lower()], "to": name_of(move[1]), "near": near(position, move)}


AFTER = ("So after {san}, what if the king side simply defends? Is the tactic still winning material?",
         "Which pattern should I remember from {san}, so I spot the tactic next time?",
         "And {wrong}, why does that tactical try fail exactly?",
         "I see {san} now. What should have drawn my attention to this tactic?",
         "Is there a second solution in this puzzle or is {san} the only winning shot?")
AFTER_REPLIES = ("{san} is the only one that works; the second best move leaves you at least two pawns worse off by "
                 "the engine's count, so the motif matters here.",
                 "What should ring the bell: pieces on one line or within one jump, and few moves for the king. When "
                 "you see that, calculate the forcing moves first, and {san} is among them.",
                 "{wrong} fails because it gives the opponent a free move. {san} leaves no time, since every reply is "
                 "forced or loses something.")


def engine(puzzle):
    score = {"mate": 1 if puzzle.motif == "mate1" else 2} if puzzle.score > 9990 else {"cp": puzzle.score}
    result = {"best": puzzle.san, **score, "depth": 13, "pv": puzzle.line}
    return "analyze_position", {"fen": puzzle.position.fen(), "depth": 13}, result


def talks(rng, count):
    found = card_talks(rng, "tactics", TOPIC, count)
    kinds = {kind for kind, _ in ASKS}
    bags = {kind: Bag(rng, [q for k, q in ASKS if k == kind]) for kind in kinds}
    answers = {kind: Bag(rng, texts) for kind, texts in REPLIES.items()}
    after = Bag(rng, AFTER)
    puzzles = load_puzzles()
    rng.shuffle(puzzles)
    mates = [p for p in puzzles if p.motif == "mate1"]
    rounds = [p for p in puzzles if p not in mates[54:]] + mates[54:]
    for n in range(count - len(found)):
        puzzle = rounds[n]
        values = slots(puzzle)
        kind = puzzle.motif if rng.random() < 0.62 else "any"
        if kind == "any" and puzzle.motif in ("mate1", "mate2"):
            kind = puzzle.motif
        text = rng.choice(WEAK) if rng.random() < 0.05 else answers[puzzle.motif].draw()
        turns = [(bags[kind].draw().format(**values), text.format(**values))]
        if n % 7 == 3 and puzzle.motif != "mate1":
            turns.append((after.draw().format(**values), rng.choice(AFTER_REPLIES).format(**values)))
        talk = Talk(TOPIC, turns, fen=values["fen"], call=engine(puzzle))
        if len(turns) == 1:
            talk.reference = puzzle.san
        found.append(talk)
    return found
