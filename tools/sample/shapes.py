"""Turns a Talk into a record as a gateway or a file of a real product would hold it."""
import json
import re
from dataclasses import replace

from talk import voiced

SYSTEMS = (
    "You are a patient chess tutor. Explain ideas in plain words and give at most one short line of moves.",
    "You are a chess coach for club players. Answer in two to six sentences. Say so when you are not sure.",
    "You are Rookwise, the tutor of an online chess school. Be friendly, precise and brief.",
    "Chess tutor. Use standard algebraic notation. Never invent moves; if a position is given as FEN, check whose turn it is.",
    "You help chess learners of every level. Match the learner's level and end with something they can practise.",
    "You are an experienced trainer. The learner may send FEN or PGN. Give the answer first and the reason after it.",
    "Act as a calm chess teacher. Do not flatter. Point out the one thing that matters most.",
    "You are the assistant of a chess club. You know the FIDE Laws of Chess and classical training literature.",
    "You are a chess tutor with access to tools. Use them when a concrete position or opening is asked about.",
    "Antworte auf Englisch. You are a chess tutor for a bilingual school; keep sentences short.",
)
LEVELS = ("beginner", "casual", "casual", "club", "club", "club", "advanced")


def tool(name, description, **properties):
    kinds = {"depth": "integer"}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": {
        "type": "object", "required": [next(iter(properties))],
        "properties": {k: {"type": kinds.get(k, "string"), "description": v} for k, v in properties.items()}}}}


TOOLS = {t["function"]["name"]: t for t in (
    tool("analyze_position", "Evaluate a chess position with an engine and return the best move.",
         fen="Position in Forsyth-Edwards notation", depth="Search depth in plies"),
    tool("lookup_opening", "Find the name and ECO code of an opening from its moves.",
         moves="Moves in SAN separated by spaces"),
    tool("tablebase", "Look up the exact result of a position with few pieces.",
         fen="Position in Forsyth-Edwards notation"),
    tool("legal_moves", "List all legal moves of a position.", fen="Position in Forsyth-Edwards notation"),
    tool("fetch_game", "Load a game of the learner from the club's archive.", game_id="Id of the game"),
    tool("analyze_game", "Find the largest mistakes of a game.", pgn="Moves of the game in PGN"))}
# how many talks of a topic call a tool
CALLS = {"openings": 26, "tactics": 34, "endgames": 27, "strategy": 9, "rules": 11, "games": 15}


def choose_callers(rng, talks):
    """The talks that get a tool call: CALLS of each topic, among those that have one to make."""
    chosen = set()
    for topic, count in CALLS.items():
        able = [i for i, talk in enumerate(talks) if talk.topic == topic and talk.call]
        chosen.update(rng.sample(able, count))
    return chosen


def offered(rng, name):
    names = [name] + rng.sample([n for n in TOOLS if n != name], rng.choice((0, 1, 1, 2)))
    rng.shuffle(names)
    return [TOOLS[n] for n in names]


def call_messages(rng, talk):
    name, arguments, result = talk.call
    call_id = "call_" + "".join(rng.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))
    called = {"id": call_id, "type": "function",
              "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}}
    return ({"role": "assistant", "content": None, "tool_calls": [called]},
            {"role": "tool", "tool_call_id": call_id, "content": json.dumps(result, ensure_ascii=False)})


def metadata(rng, level):
    found = {"session": f"s-{rng.randrange(16 ** 6):06x}", "level": level}
    if rng.random() < 0.4:
        found["client"] = rng.choice(("web", "ios", "android", "club-kiosk"))
    return found


# How a question reads when the board or game is on the screen and not typed (@ is its FEN or PGN).
ON_SCREEN = ((r"^@( - |: |\. |, | )", ""), (r"\b([Ii]n|from) @", r"\1 this position"), (r"\b(got|for) @", r"\1 this"),
             (r"([.?!]) @, ", r"\1 "), (r" game: @", " game"), (r"(: | FEN |, FEN |, last)@(?=[,:]? |$)", ""),
             (r"[Ee]xample( position)?: @", r"for example here"), (r", @(, |\.|\?|$)", r"\1"), (r": @", ""), (r", @", ""),
             (r"([.?!]) @[.?]?", r"\1"), (r" @([.?!,])", r"\1"), (r" put @ on the board", " put this on the board"),
             (r"@", "this"))


def on_screen(question, fen):
    text = question.replace(fen, "@")
    for pattern, instead in ON_SCREEN:
        text = re.sub(pattern, instead, text)
    text = re.sub(r"\s+", " ", text).strip(" ,:-")
    return text if text[1].isdigit() else text[0].upper() + text[1:]


def screen_system(rng, shown, what):
    ways = {"board": ("Board: {}", "Position on the learner's board (FEN): {}", "current_fen={}",
                      "The learner is looking at this position: {}"),
            "game": ("Game on the learner's screen: {}", "open_game={}", "The learner has this game open: {}")}
    return rng.choice(SYSTEMS) + "\n\n" + rng.choice(ways[what]).format(shown)


def shown_by(talk):
    """(what the client shows, its text, how often the learner leaves it out of the question)"""
    if talk.fen:
        return "board", talk.fen, 0.86
    pgn = talk.call[2].get("pgn") or talk.call[1].get("pgn") if talk.call and talk.topic == "games" else ""
    return "game", pgn or "", 0.45


def record_of(rng, talk, calls):
    level = rng.choice(LEVELS)
    messages = []
    what, shown, often = shown_by(talk)
    if len(talk.turns) == 1 and shown and shown in talk.turns[0][0] and rng.random() < often:
        messages.append({"role": "system", "content": screen_system(rng, shown, what)})
        talk = replace(talk, turns=[(on_screen(talk.turns[0][0], shown), talk.turns[0][1])])
    elif rng.random() < 0.46 or calls and rng.random() < 0.5:
        role = "developer" if rng.random() < 0.06 else "system"
        messages.append({"role": role, "content": SYSTEMS[8] if calls and rng.random() < 0.4 else rng.choice(SYSTEMS)})
    for n, (question, answer) in enumerate(talk.turns):
        messages.append({"role": "user", "content": voiced(rng, question, level, talk.topic, n == 0)})
        if n + 1 < len(talk.turns):
            messages.append({"role": "assistant", "content": answer})
    answer = {"role": "assistant", "content": talk.turns[-1][1]}
    if calls:
        return called_record(rng, talk, messages, answer, level)
    record = {"messages": messages}
    if talk.call and rng.random() < 0.03:
        record["tools"] = offered(rng, talk.call[0])
    shape = rng.random()
    if shape < 0.11:
        record = {"input": record, "output": answer["content"] if rng.random() < 0.5 else answer}
    elif shape < 0.79:
        messages.append(answer)
    if talk.reference and rng.random() < 0.75:
        record["reference_answer"] = talk.reference
        if talk.fen:
            record["fen"] = talk.fen
    return finished(rng, talk, record, level)


def called_record(rng, talk, messages, answer, level):
    asked, told = call_messages(rng, talk)
    record = {"messages": messages, "tools": offered(rng, talk.call[0])}
    way = rng.random()
    if way < 0.18:
        messages.append(asked)
    elif way < 0.30:
        messages += [asked, told, {"role": "assistant", "content": terse(talk)}]
        messages.append({"role": "user", "content": rng.choice(CLOSERS[talk.topic])})
        messages.append(answer)
    else:
        messages += [asked, told, answer]
    if rng.random() < 0.2:
        record["tool_choice"] = "auto"
    if talk.reference and rng.random() < 0.6:
        record["reference_answer"] = talk.reference
    return finished(rng, talk, record, level)


def terse(talk):
    """What a hurried model says about a tool's result, before the learner asks again."""
    name, _, result = talk.call
    if name == "analyze_position":
        return f"Engine says {result['best']}." if "best" in result else f"The engine's score is {result['cp'] / 100:+.1f}."
    if name == "lookup_opening":
        return f"That is the {result['name']}, {result['eco']}."
    if name == "tablebase":
        return f"Tablebase result for White: {result['result_for_white']}."
    if name == "legal_moves":
        return f"There are {len(result['legal'])} legal moves."
    return "I have the game now." if name == "fetch_game" else f"Largest mistake: {result['mistakes'][0]['move']}."


CLOSERS = {
    "openings": ("So which opening is it and what's the plan behind the moves?", "And the idea of this opening, in short?",
                 "Fine, now explain the opening in your own words please."),
    "tactics": ("So what is the winning move in the puzzle and what's the motif?", "OK, and why does this tactic work?",
                "I want the solution explained, not just the engine's best move in the puzzle."),
    "endgames": ("So is the ending a win or a draw, and why?", "OK, but how do I understand that endgame without a tablebase?",
                 "And what's the technique in this ending?"),
    "strategy": ("And what plan does the pawn structure suggest?", "Right, and positionally, what should I aim for?"),
    "rules": ("So is it legal or not, and which rule says so?", "OK, and what does the rule say?",
              "So what would the arbiter decide?"),
    "games": ("So where was the losing mistake in my game?", "Good, then tell me which blunder mattered most in the game.",
              "Right, that's my game. What did I do wrong?"),
}


def finished(rng, talk, record, level):
    if rng.random() < 0.88:
        record["metadata"] = metadata(rng, level)
    record.update(talk.extra)
    return record
