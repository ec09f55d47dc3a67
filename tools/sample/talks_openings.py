"""Conversations on openings: about 76 lines that are really played, and about principles."""
from chess_rules import line, numbered
from opening_lines import LINES
from talk import Bag, Talk, card_talks

TOPIC = "openings"
# (what is asked, question)
ASKS = [row.split("|", 1) for row in """
idea|What's the main idea behind the {name}?
idea|Can you explain the {name} ({eco}) to me without twenty lines of theory?
idea|I saw {moves} in a stream and the commentator called it the {name}. What is it about?
idea|Why would anybody play {last} after {before}? It looks odd to me.
idea|My opening book gives the {name} two lines and just moves on. What is {side} actually after?
idea|New to the {name}. What should I understand before I look at any variations?
idea|How would you describe the {name} to someone who only knows the Italian?
idea|what does {last} do in the {name}, strategically i mean
idea|I'd like to add the {name} to my repertoire. What's the concept?
idea|Which opening is this: {moves}? And what is the point of it?
idea|Came across {eco} in my opening report, it says {name}. What kind of game does this lead to?
idea|Tell me the story of the {name}: what does each side give and get?
white|Playing White in the {name}. What's my plan after {last}?
white|I always reach the {name} as White and leave the opening with no clue what to do. Which set-up should I go for?
white|white plan vs the {name}?
white|As White I get nothing against the {name}. Where do my pieces belong?
white|After {last} in the {name}, how does White continue in practice, what does theory say?
white|Next round I face a {name} specialist and I have the white pieces. What are the typical ideas?
white|Typical middlegame plans for White coming out of the {name}, please.
white|The {name} comes up a lot when I open as White. What should I aim for in the first fifteen moves?
white|In the {name} main line, does White want to attack or play slow?
black|What is Black's plan in the {name} after {last}?
black|I'm Black in the {name}. Which break does the opening ask for?
black|How does Black get counterplay in the {name}?
black|Black repertoire question: in the {name}, where do the minor pieces go and what do I play for?
black|I keep getting squashed as Black in the {name}. What am I supposed to do?
black|Is the {name} fine for Black? What would a normal development look like?
black|We looked at the {name} in our opening class. What would you tell the Black player to do after {last}?
black|black side of the {name}: short list of ideas?
black|Facing the {name} I feel Black must know some theory. What's the antidote or plan?
trap|What are the common mistakes in the {name}?
trap|Are there any opening traps in the {name} I should know?
trap|I got crushed in 18 moves in the {name}. What do people usually get wrong there?
trap|What goes wrong most often for club players in the {name} variation?
trap|Is there something I have to watch out for in the {name}, a cheap trick or so?
trap|A friend says the {name} is full of traps. True?
trap|What is the thing that beginners misplay in {eco}?
quiet|The {name} is too theoretical for me. Is there a quieter line with the same flavour?
quiet|I don't want to learn twenty moves of the {name}. What can I choose instead?
quiet|Any low-maintenance alternative to the main line of the {name}?
quiet|How can I sidestep the {name} without giving up my first moves?
quiet|What do people play who dislike the sharp stuff in the {name}?
next|What's the last book move that makes it a {name}, the one after {before}?
next|{before} - what do the masters usually play here?
next|I'm out of book after {before}. What is the main continuation in the {name}?
next|Opening quiz: which move defines the {name} after {before}?
next|Which move completes the {name} after {before}?
next|Forgot my prep again. After {before}, how does the {name} go on?
order|Does the move order matter in the {name}? I tend to mix up the moves up to {last}.
order|Which moves lead to the {name} exactly? I want to write it on a card.
order|could you give me the first moves of the {name} with numbers
order|I never remember how the {name} starts. Moves please?
suit|Would you recommend the {name} for a 1300 player?
suit|Is the {name} good for an attacking player, or is it more of a positional opening?
suit|Thinking of the {name} for our team match. Sound enough or just a surprise weapon?
suit|At what level does the {name} stop working?
suit|Kid in my class wants to play the {name}. Good idea for a ten year old?
""".strip().splitlines()]
REPLIES = {
    "idea": ("In short: {idea}. White normally goes for this: {white}. Black's side of it: {black}.",
             "The {name} arises after {moves}. The point: {idea}. One typical problem: {trap}.",
             "{Idea}. If you remember just that, most moves explain themselves. Plan for White: {white}. Plan for Black: "
             "{black}.",
             "Think of it this way: {idea}. From there the two plans are clear. White: {white}. Black: {black}.",
             "It is {side}'s choice and it has a clear logic: {idea}. The usual accident in club games: {trap}.",
             "Forget the variations for a moment. {Idea}. Everything else is detail you can add later."),
    "white": ("White's usual recipe: {white}. Keep in mind what the line is about: {idea}.",
              "The plan for White after {last}: {white}. Black's answer will be along these lines: {black}.",
              "My recommendation for the white side: {white}. And one thing to avoid: {trap}.",
              "White's plan: {white}. Finish development before you start any operation.",
              "Here is what White tends to do: {white}. It is not forced, but the pieces fall into place that way."),
    "black": ("Black's plan: {black}. It fits the idea of the line: {idea}.",
              "Aim for this as Black: {black}. White's own wishes are {white}; time your counterplay against them.",
              "The standard recipe for Black: {black}. The thing to beware of: {trap}.",
              "Black is fine. The usual way: {black}. If you wait too long, White gets his plan in: {white}.",
              "Short version for Black: {black}."),
    "trap": ("The classic accident: {trap}. If you keep the idea in view ({idea}) you will rarely fall for it.",
             "Mostly this: {trap}. Beyond that it is a healthy opening.",
             "The one I see most: {trap}. Before move ten, check twice whether that can happen to you.",
             "Yes, here is one to remember: {trap}. Otherwise just know the plan. White: {white}. Black: {black}."),
    "quiet": ("Yes. A calmer choice: {quiet}. You keep a similar kind of game with far less to learn.",
              "Less theory: {quiet}. You give up a little ambition, but the plans are easy to remember.",
              "A practical solution: {quiet}. Play it for twenty games before going back to the main line."),
    "next": ("The main move is {last}. The idea: {idea}.",
             "{last} is the book move, and gives the {name}. What follows for White: {white}. For Black: {black}.",
             "Theory continues {last}. Reason: {idea}."),
    "order": ("The moves are {moves}. What they are for: {idea}.",
              "{moves}. Write the reason beside it too: {idea}.",
              "Here is the usual order: {moves}. Other orders can transpose. A mistake to watch for: {trap}."),
    "suit": ("It is playable at every level below master, if you like the character of it: {idea}. The risk: {trap}.",
             "I'd say yes, provided you know what to do. White: {white}. Black: {black}. If it feels too sharp, there is a "
             "calmer option: {quiet}.",
             "For a club player it is good enough. What matters: {idea}. Something calmer would be {quiet}."),
}
WEAK = ("It depends on what you like.", "Just develop your pieces and castle, the rest comes by itself.",
        "The {name} is a very interesting opening with a rich history. Many strong players have played it. Good luck!")
THEN = {"idea": ("white", "black", "trap", "quiet", "suit"), "white": ("trap", "black", "quiet"),
        "black": ("trap", "white", "suit"), "trap": ("idea", "quiet"), "quiet": ("idea", "suit"),
        "next": ("idea", "white", "black"), "order": ("idea", "trap"), "suit": ("idea", "trap", "white")}
AGAIN = {"idea": ("And what is the idea of the {name} in one sentence?", "Why is {last} played there at all, what's the idea?"),
         "white": ("And what does White do next in the {name}?", "If I have White after {last}, what is my plan then?",
                   "Could you give me White's set-up in this opening?"),
         "black": ("And Black? What is the plan against this in the {name}?", "So how should Black develop after {last}?",
                   "What if I play the {name} as Black, which break do I go for?"),
         "trap": ("What is the trap in the {name} everyone warns about?", "Which mistake is the most common in this opening?",
                  "Anything I can fall into early in the {name}?"),
         "quiet": ("Is there a calmer line against it than {last}?", "Too much theory. What is the quiet option in the {name}?"),
         "suit": ("Would the {name} be alright for my level as a main opening?", "Would you put the {name} in a club repertoire?")}


def slots(entry):
    sans = entry.moves.split()
    values = entry._asdict()
    shown = sans[-1] if len(sans) % 2 else "..." + sans[-1]
    values.update(moves=numbered(sans), before=numbered(sans[:-1]), last=shown, name=entry.name.replace(",", ""),
                  side=entry.side.capitalize(), Idea=entry.idea[0].upper() + entry.idea[1:])
    return values


def lookup(entry):
    sans = entry.moves.split()
    result = {"eco": entry.eco, "name": entry.name, "moves": numbered(sans), "fen": line(entry.moves)[-1].fen()}
    return "lookup_opening", {"moves": " ".join(sans)}, result


def talks(rng, count):
    for entry in LINES:
        line(entry.moves)  # stops here if a move is illegal
    found = card_talks(rng, "openings", TOPIC, count)
    asks, lines = Bag(rng, ASKS), Bag(rng, LINES)
    answers = {kind: Bag(rng, texts) for kind, texts in REPLIES.items()}
    for n in range(count - len(found)):
        entry, (kind, question) = lines.draw(), asks.draw()
        values = slots(entry)
        text = rng.choice(WEAK) if rng.random() < 0.04 and kind != "next" else answers[kind].draw()
        turns = [(question.format(**values), text.format(**values))]
        for _ in range(rng.choice((1, 1, 2, 3)) if n % 6 == 0 else 0):
            kind = rng.choice(THEN[kind])
            question = rng.choice(AGAIN[kind]).format(**values)
            if all(question != q for q, _ in turns):
                turns.append((question, answers[kind].draw().format(**values)))
        talk = Talk(TOPIC, turns, call=lookup(entry))
        if kind == "next":
            talk.reference = values["last"].lstrip(".")
        found.append(talk)
    return found
