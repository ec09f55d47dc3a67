"""What a conversation is before it becomes a record, and the ways people write.

A Talk holds the turns of one conversation: (question, answer) pairs, the last answer being the recorded one.
"""
import re
from dataclasses import dataclass, field
from pathlib import Path

from chess_rules import numbered


@dataclass
class Talk:
    topic: str
    turns: list
    reference: str = ""
    fen: str = ""
    call: tuple = ()  # (tool name, arguments, result) asked for before the last answer
    card: int = -1
    extra: dict = field(default_factory=dict)


class Bag:
    """Hands things out in a seeded order, each once before any comes again."""

    def __init__(self, rng, things):
        self.rng, self.things, self.left = rng, list(things), []

    def draw(self):
        if not self.left:
            self.left = self.things[:]
            self.rng.shuffle(self.left)
        return self.left.pop()


def load_cards(name):
    """[(questions, answers, [(follow-up, answer)])] of a file in cards/: `?`, `!` and `>` lines, `---` between."""
    text = (Path(__file__).parent / "cards" / f"{name}.txt").read_text("utf-8")
    cards = []
    for block in text.split("\n---\n"):
        rows = {"?": [], "!": [], ">": []}
        for row in block.strip().splitlines():
            rows[row[0]].append(row[2:].strip())
        cards.append((rows["?"], rows["!"], [tuple(r.split(" | ", 1)) for r in rows[">"]]))
    return cards


LINKS = ("Thanks. {}", "Ok. {}", "{}", "{}", "{}", "{}", "Hm. {}", "And {}", "Right. {}", "Thank you! {}", "Ah. {}",
         "One more thing: {}", "Ok, and then? {}", "Got it. {}", "So then: {}", "Great, thanks. {}")


def linked(rng, question):
    link = rng.choice(LINKS)
    starts_small = link.startswith(("And {", "One more", "So then")) and not re.match(r"(I|I'm|And|So)\b|\d", question)
    if link.startswith("And {") and question.startswith(("And ", "So ")):
        link = "{}"
    head = question[0].lower() if starts_small and question[:2].istitle() else question[0]
    return link.format(head + question[1:])


def card_talks(rng, name, topic, count):
    """Talks from a card file: every question once, and then follow-ups as conversations of two to five turns."""
    cards = load_cards(name)
    single = [(i, q) for i, card in enumerate(cards) for q in card[0]]
    follow = [(i, f) for i, card in enumerate(cards) for f in card[2]]
    rng.shuffle(single)
    rng.shuffle(follow)
    talks = []
    for i, (question, answer) in follow:
        turns = []
        for _ in range(rng.choice((0, 0, 0, 0, 1, 1, 2, 3))):
            j = rng.randrange(len(cards))
            earlier = rng.choice(cards[j][0])
            if j != i and all(earlier != t[0] for t in turns):
                turns.append((earlier, rng.choice(cards[j][1])))
        turns.append((rng.choice(cards[i][0]), rng.choice(cards[i][1])))
        turns = [turns[0]] + [(linked(rng, q), a) for q, a in turns[1:]]
        talks.append(Talk(topic, turns + [(linked(rng, question), answer)], card=i))
    for i, question in single:
        talks.append(Talk(topic, [(question, rng.choice(cards[i][1]))], card=i))
    return talks[:count]


ABOUT = {
    "beginner": ("I only learned the moves this winter.", "Total beginner here.", "I'm new to chess, be gentle.",
                 "Just started, around 600 online.", "Sorry if this is a silly question.",
                 "My kids and I are learning together.", "I play with my grandfather on Sundays."),
    "casual": ("I'm about 1100 on lichess.", "I play a few games a week, nothing serious.", "Rated 1000 rapid.",
               "It's just a hobby for me.", "Been playing online for two years.", "Hi, it's me again.",
               "Quick one before my next game:"),
    "club": ("I'm 1550 at my club.", "Club player, roughly 1600.", "We discussed this at the club on Tuesday.",
             "About 1700 rapid, 1500 over the board.", "I play board five for our team.",
             "My teammate and I disagree here.", "League match on Saturday, so I want to get this straight."),
    "advanced": ("1950 FIDE, so you can be technical.", "I'm just under 2000.", "Candidate level, working on details.",
                 "I coach juniors and want a clean explanation.", "Playing 2000+ opposition these days."),
}
# What people add when they explain why they ask; it comes before or after the question.
CONTEXT = {
    "openings": ("I'm putting together a small repertoire.", "My opening book is silent about it.",
                 "I always forget the theory.", "It's for my repertoire file.", "Out of book by move six every time.",
                 "I'd rather know the ideas than memorise variations.", "Everybody at school plays this opening.",
                 "I want an opening I can play for years.", "The opening explorer only gives me percentages.",
                 "Preparing lines for Sunday.", "My opponent will surely know the main line.", "I never studied openings.",
                 "I've got a choice of two variations and no idea which to learn.", "Theory is not my thing."),
    "tactics": ("I solve puzzles every morning and still miss these.", "It's from my puzzle set.", "Tactics are my weak spot.",
                "Please explain the pattern too.", "I just can't see combinations.", "This puzzle drives me crazy.",
                "My tactics rating dropped again.", "Calculating is hard for me.", "A puzzle book has it on page one.",
                "I missed the same motif yesterday.", "I look at checks and captures but no luck.", "Name of the motif please.",
                "The trainer gave me one more try at this puzzle."),
    "endgames": ("Endings are a closed book for me.", "I never studied endgames.", "It's from an endgame manual.",
                 "Theory of endings please, no computer lines.", "I threw away half a point in such an ending.",
                 "My endgame technique is awful.", "Only kings and a few pawns left and I panic.",
                 "I want to know the drawing technique as well.", "The ending looked trivial.",
                 "My coach says endings win more points than openings.", "I'd like a rule of thumb for the ending."),
    "strategy": ("I want to play more positionally.", "I'm looking for the plan, not a combination.",
                 "Pawn structures confuse me.", "I never know which pieces to exchange.", "Positional play is my weak side.",
                 "Reading a book on pawn structure at the moment.", "Long-term plans please.", "I drift in quiet positions.",
                 "The structure matters more to me than the exact move.", "It's about weak squares, I think.",
                 "I like slow manoeuvring games."),
    "rules": ("The arbiter wasn't sure either.", "We argued about the rules for half an hour.", "What do the FIDE rules say?",
              "I don't want to make an illegal move in a tournament.", "Is this legal or not?", "He said it's illegal.",
              "The rule book is hard to read.", "I want to know what is allowed before my first tournament.",
              "My opponent called the arbiter.", "House rules aside, what's the official rule?",
              "It came up and nobody at the table knew the rule.", "We are both still learning the rules."),
    "games": ("I want to learn from my mistakes.", "I haven't checked the game with an engine.", "It was my worst game this year.",
              "The engine report doesn't tell me why.", "I'd like my game analysed honestly.", "Two blunders or only one?",
              "I annotated the game myself but I don't trust my notes.", "My game review says accuracy 71%."),
    "training": ("I want to improve this year.", "I've got about an hour a day to train.", "My rating goal is 1800.",
                 "I need a training plan I can keep.", "My improvement has stalled.", "It is about practice habits, I guess.",
                 "I'd like to raise my rating without burning out.", "My study routine is a mess.",
                 "I practise a lot and don't improve."),
}
TAILS = ("Thanks!", "Thanks in advance.", "Please keep it short.", "Explain like I'm five.", "No engine dump please.",
         "In two or three sentences if possible.", "cheers", "A concrete example would help.", "thx", "Any help welcome.",
         "I'm a bit lost.", "Be honest.", "What do you think?", "Just the main point.")
SLIPS = {"the": "teh", "because": "becuase", "should": "shoud", "really": "realy", "opponent": "oponent",
         "position": "postion", "definitely": "definately", "which": "wich", "would": "woud", "piece": "peice",
         "better": "beter", "until": "untill", "their": "thier", "explain": "explan", "castling": "casteling",
         "their king": "there king", "queen": "qeen", "against": "agianst", "don't": "dont", "can't": "cant",
         "what's": "whats", "I'm": "im", "doesn't": "doesnt", "knight": "kight", "believe": "beleive"}


def voiced(rng, text, level, topic, first=True):
    """The same question as somebody would really type it."""
    short = len(text.split()) < 60
    if short and rng.random() < 0.42:
        why = rng.choice(CONTEXT[topic])
        text = f"{why} {text}" if rng.random() < 0.5 and first else text + (" " if text[-1] in ".?!" else ". ") + why
    elif short and first and rng.random() < 0.11:
        text = rng.choice(ABOUT[level]) + " " + text
    if short and rng.random() < 0.07:
        text = text + (" " if text[-1] in ".?!" else ". ") + rng.choice(TAILS)
    style = rng.random()
    if style < 0.14:
        for good, bad in SLIPS.items():
            if rng.random() < 0.5:
                text = re.sub(rf"(?<![\w']){re.escape(good)}(?![\w'])", bad, text, count=1)
    elif style < 0.30:
        if re.match(r"[A-Z][a-z]+(?: |')", text) and not re.match(
                r"(White|Black|Sicilian|Caro|French|Petrosian|Karpov|Tarrasch|Anastasia|Arabian)", text):
            text = text[0].lower() + text[1:]
        text = text.rstrip("?.") if rng.random() < 0.6 else text
    elif style < 0.34:
        text = text.replace("?", "??", 1)
    return text


def numbered_from(position, words):
    """A line of SAN words with move numbers, from a position on."""
    return numbered(words, position.full, position.turn == "b")
