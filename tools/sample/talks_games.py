"""Conversations on people's own games: the moves as they wrote them down, and what the engine's look at them found."""
from chess_rules import numbered
from talk import Bag, Talk, card_talks

TOPIC = "games"
SIDE = {"w": "White", "b": "Black"}
ASKS = """
Can you analyse my game? I was {me}. {pgn}
I lost this one as {me} and don't understand where it went wrong. {pgn}
{pgn} This is my game from last night, {me}. Where was the turning point?
Please annotate the critical moments of this game: {pgn}
Here's the PGN of my league game, I had {me}: {pgn} What was my biggest mistake?
{pgn}

Where did I go wrong? ({me})
Quick game review please, {me} to blame: {pgn}
I thought I played well but the engine says accuracy 58%. Which moves were the blunders? {pgn}
My opponent left without analysing with me. What would you have told me about this game? {pgn}
Rapid game, 10+5. I was {me}, result {result}. {pgn} What should I learn from it?
Was move {no} the losing mistake in this game? {pgn}
The computer shows a big drop at move {no}. Why? Game: {pgn}
Game review question. {pgn} The report gives move {no} two question marks. What's wrong with it?
I played {bad} on move {no} and felt proud of it. The engine hates it, why? {pgn}
What should {me} have played instead of {bad} on move {no}? {pgn}
Here the moves of the second half of my game, from move {from_no}: {part} I missed something, what?
I only have the end of the scoresheet: {part} Where did the game turn?
My notes say "{bad} was necessary". True? {pgn}
Both of us were in time trouble. Who blundered last? {pgn}
I'm collecting my worst mistakes. Rank them for this game, {me}: {pgn}
Online blitz, so be kind. {pgn} Which one moment decided the game?
Could I have saved this game after move {no}? {pgn}
Game from our youth training, the kid with {me} wants to know where the game was lost. {pgn}
I've looked at my game without an engine and think {bad} was the blunder. Do you agree? {pgn}
{pgn} {result}. I can't sleep, what did I miss?
Analyse from the point where theory ended please. {pgn}
1) here is my game 2) I was {me} 3) tell me the three largest mistakes. {pgn}
Third loss in a row with the same colour. Look at this game and tell me what I keep doing wrong: {pgn}
[Event "Club championship"] [Result "{result}"] {pgn} Comments welcome, especially on my mistakes.
How would you grade my play as {me} in this game? {pgn}
what was the evaluation around move {no} in my game and did I blow it? {pgn}
Pasting my game score, hope the notation is right. {pgn} Which blunder cost most?
Annotate like a coach, not like an engine: {pgn}
We finished in a scramble. Was I still fine before {bad}? {pgn}
I resigned here. Too early? {pgn}
Opponent said I had a clear improvement at move {no}. Which one? {pgn}
Post-mortem help needed. {me}, {opening}: {pgn}
Did I lose because of the opening or because of one blunder later? {pgn}
My accuracy graph looks like a roller coaster. Walk me through the mistakes of this game: {pgn}
game analysis pls {pgn}
Just one sentence: what decided this game? {pgn}
Where could my opponent have punished me earlier in this game? {pgn}
""".strip().split("\n")
REPLIES = (
    "The game turned on {turn}. Better was {best}, with a line like {line}. The evaluation went from {before} to {after}.",
    "Up to move {no} you were in the game. {turn} was the decisive mistake: {best} kept things together. By the engine's count "
    "it went from {before} to {after}.",
    "Biggest mistake: {turn}. Instead {best}. {second}",
    "I would mark one moment: {turn}. Before it the score was {before}, afterwards {after}. The improvement is {best}, and "
    "{line} shows why.",
    "Coach's view: the opening was all right, the trouble began with {turn}. Ask yourself what the opponent wanted before "
    "playing such a move; {best} answers it. {second}",
    "{turn} changed the result from {before} to {after}. With {best} you could have played on. {second}",
    "Look at {turn} first, then the rest. {best} was the move, for instance {line}.",
)
WEAK = ("You made some mistakes in the middlegame. Try to blunder less and use your time better.",
        "Interesting game! The opponent simply played better this time.",
        "I would need more time to look at it in detail, but your position got worse at some point after the opening.")
MORE = (("And the other mistakes in the game, which was the second worst?", "{second_alone}"),
        ("What was the evaluation of my game right before {bad}?", "It stood at {before}; after that move it was {after}."),
        ("In that game, what exactly does {best} do better than my move?",
         "The line {line} keeps the score at about {before}, while after your move it drops to {after}. Play both lines on a "
         "board and compare the active pieces."),
        ("How could I have noticed the blunder {bad} during the game?",
         "By asking what the opponent can do in reply: checks, captures, threats. That takes ten seconds and would have shown "
         "that {best} was needed."),
        ("Was my opponent's play accurate after the blunder in this game?",
         "Good enough. Some moves were not the engine's first choice, so look at the moves right after it too; still, the score of {after} "
         "was not given back at once."))


def pawns(score):
    if abs(score) > 9000:
        return "a forced mate for " + ("White" if score > 0 else "Black")
    return f"{score / 100:+.1f}"


def move_words(game, ply):
    return f"{ply // 2 + 1}{'.' if ply % 2 == 0 else '...'}{game.sans[ply]}"


def mistakes(game):
    """[(loss in centipawns, ply)], largest first: plies where a better move was known and the game was still open."""
    found = []
    for ply in game.notes:
        if ply + 1 >= len(game.scores) or ply < 8:
            continue
        before, after = game.scores[ply], game.scores[ply + 1]
        loss = (before - after) * (1 if ply % 2 == 0 else -1)
        best = game.notes[ply]["pv"].split()[0]
        mine = before if ply % 2 == 0 else -before
        if loss >= 120 and mine > -350 and mine - loss < 400 and best != game.sans[ply]:
            found.append((min(loss, 2000), ply))
    return sorted(found, reverse=True)


def result_of(game):
    if game.positions[-1].is_mate():
        return "0-1" if game.positions[-1].turn == "w" else "1-0"
    last = game.scores[-1]
    return "1-0" if last > 500 else "0-1" if last < -500 else "1/2-1/2"


def slots(game, pick):
    loss, ply = pick[0]
    result = result_of(game)
    before, after = game.scores[ply], game.scores[ply + 1]
    start = max(0, 2 * (ply // 2) - 8)
    best = game.notes[ply]["pv"].split()
    second = second_alone = "There is no other mistake of that size; the rest are small inaccuracies."
    if len(pick) > 1:
        other = pick[1][1]
        better = game.notes[other]["pv"].split()[0]
        second_alone = (f"The second one is {move_words(game, other)}, where {better} was better "
                        f"({pawns(game.scores[other])} before, {pawns(game.scores[other + 1])} after).")
        second = f"Next in line is {move_words(game, other)}, where {better} was stronger."
    return {"me": SIDE["wb"[ply % 2]], "pgn": numbered(game.sans), "part": numbered(game.sans[start:], start // 2 + 1),
            "from_no": start // 2 + 1, "no": ply // 2 + 1, "bad": game.sans[ply], "turn": move_words(game, ply),
            "best": best[0], "line": numbered(best[:4], ply // 2 + 1, ply % 2 == 1), "before": pawns(before),
            "after": pawns(after), "second": second, "second_alone": second_alone, "result": result,
            "opening": game.opening.replace(",", "")}


def talks(rng, count, games):
    found = card_talks(rng, "games", TOPIC, count)
    asks, replies, more = Bag(rng, asked()), Bag(rng, REPLIES), Bag(rng, MORE)
    pool = [(g, pick) for g in games if (pick := mistakes(g)) and len(g.sans) <= 76]
    rng.shuffle(pool)
    for n, (game, pick) in enumerate(pool[:count - len(found)]):
        values = slots(game, pick)
        text = rng.choice(WEAK) if rng.random() < 0.06 else replies.draw()
        turns = [(asks.draw().format(**values), text.format(**values).strip())]
        for _ in range((0, 0, 0, 1, 0, 0, 2)[n % 7]):
            question, answer = more.draw()
            turns.append((question.format(**values), answer.format(**values)))
        call = ("fetch_game", {"game_id": f"g{20000 + 37 * n}"}, {"pgn": values["pgn"], "result": values["result"]}) \
            if n % 2 else ("analyze_game", {"pgn": values["pgn"]}, {"mistakes": [
                {"move": move_words(game, p), "better": game.notes[p]["pv"].split()[0], "loss_cp": loss}
                for loss, p in pick[:3]]})
        found.append(Talk(TOPIC, turns, call=call, extra={"eco_hint": values["opening"]} if n % 9 == 0 else {}))
    return found


def asked():
    """The frames; one of them runs over two lines."""
    whole, rows = [], iter(ASKS)
    for row in rows:
        if row == "{pgn}":
            next(rows)
            row = row + "\n\n" + next(rows)
        whole.append(row)
    return whole
