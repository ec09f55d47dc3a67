"""Conversations on the rules: cards, and positions in which the rules decide (counted by chess_rules)."""
from chess_rules import NAMES, Position, name_of
from talk import Bag, Talk, card_talks

TOPIC = "rules"
SIDE = {"w": "White", "b": "Black"}
ASKS = [row.split("|", 1) for row in """
castle|Can {side} castle {wing} in this position? {fen}
castle|The app won't let me castle {wing} here: {fen}. Which rule is in the way?
castle|{fen} - is castling {wing} legal for {side} right now?
castle|We argued about castling. {side} to move, {fen}, {wing}. Allowed or not?
castle|Is it against the rules to castle {wing} in {fen}, and why?
castle|{side} wants to castle {wing} from here and somebody shouted "illegal". {fen} Who is right?
ep|{last} was just played. May I take it en passant with the pawn? {fen}
ep|{fen} - is the en passant capture legal here, and on which square does my pawn land?
ep|After {last} my app highlights an empty square for my pawn. Is that en passant? {fen}
ep|Please check en passant for me: {fen}, last move {last}. Must I do it now or can I wait?
pinned|My app says the {piece} on {sq} has no legal move in {fen}. Is that a bug?
pinned|{fen}: why am I not allowed to move the {piece} from {sq}?
pinned|Is it illegal to move the {piece} on {sq} here? {fen}
pinned|I touched the {piece} on {sq}, and touch move applies. What now? {fen}
check|{side} is in check in {fen}. What are the legal moves?
check|How many legal replies to the check are there here? {fen}
check|He gave check and said there is only one legal move. Is it so? {fen}
check|I wanted to castle out of this check but the board refused. {fen} What is allowed?
over|Is this checkmate or stalemate? {fen}
over|{side} has no legal move in {fen}, right? Is the game a draw or lost?
over|Game over on the board: {fen}. Who gets the point under the rules?
over|my cousin claims a win here, i say it is stalemate. {fen}
over|{fen}. {side} to move. What does the rule book call this?
dead|Flag fell in {fen}. Is there enough mating material to win on time?
dead|Is {fen} a draw by insufficient material at once?
dead|In {fen} my opponent refused a draw. Can the arbiter stop the game because of the rules?
promo|In {fen} can the pawn promote to a knight instead of a queen, and do I need to say it?
promo|{fen}, {side} promotes next move. I already have a queen, is a second one legal?
""".strip().splitlines()]
YES = ("Yes, it is legal: {}.", "It is allowed. The conditions are met: {}.", "Legal, go ahead: {}.")
NO = ("No, not here: {}.", "That would be an illegal move, because {}.", "Castling is not possible now: {}.")
WING = {"K": "kingside", "Q": "queenside"}


def castling_story(position, wing):
    """(allowed, reason) by going through the conditions of the rules."""
    side, rank = position.turn, 0 if position.turn == "w" else 56
    letter = wing if side == "w" else wing.lower()
    if letter not in position.castling:
        return False, "the king or that rook has already moved, so the right is gone for good"
    between = (5, 6) if wing == "K" else (1, 2, 3)
    blocked = [name_of(rank + s) for s in between if position.board[rank + s] != "."]
    if position.in_check():
        return False, "the king is in check, and you cannot castle out of check"
    if blocked:
        return False, f"there is still a piece on {blocked[0]} between king and rook"
    for s in (5, 6) if wing == "K" else (3, 2):
        guards = position.attackers(rank + s, position.other())
        if guards:
            verb = "land on" if s in (6, 2) else "cross"
            return False, (f"the king would {verb} {name_of(rank + s)}, which is attacked by the "
                           f"{NAMES[position.board[guards[0]].lower()]} on {name_of(guards[0])}")
    return True, "king and rook have not moved, the squares between are empty and none the king touches is attacked"


def pinned_piece(position):
    """A piece that may not move at all although it has somewhere to go, and the piece that pins it."""
    if position.in_check():
        return None
    movable = {m[0] for m in position.legal_moves()}
    for sq in range(64):
        c = position.board[sq]
        if not position.mine(c) or c in "KkPp" or sq in movable:
            continue
        free = [t for t in position.attacks(sq) if not position.mine(position.board[t])]
        if not free:
            continue
        lifted = position.play((sq, free[0], ""))
        guards = lifted.attackers(lifted.king(position.turn), position.other())
        if guards and guards[0] != free[0]:
            return sq, guards[0]
    return None


def found_in(games):
    """{kind: [(fen, values, answer, reference)]} from the positions of the played games."""
    found = {kind: [] for kind, _ in ASKS}
    for number, game in enumerate(games):
        taken = set()
        for ply in range(8, len(game.positions)):
            position = game.positions[ply]
            last = game.sans[ply - 1]
            for kind, row in examples(position, last, number + ply):
                if kind not in taken:
                    taken.add(kind)
                    found[kind].append(row)
    return found


def examples(position, last, salt):
    fen, side = position.fen(), SIDE[position.turn]
    values = {"fen": fen, "side": side, "last": last}
    legal = position.legal_moves()
    if not legal:
        word = "checkmate" if position.in_check() else "stalemate"
        yield "over", (values, over_answer(position, side), word)
        return
    if any(c.isupper() == (position.turn == "w") for c in position.castling) and salt % 3 == 0:
        wing = "KQ"[salt // 3 % 2]
        allowed, reason = castling_story(position, wing)
        text = (YES if allowed else NO)[salt % 3].format(reason)
        if "between" not in reason or salt % 11 == 0 or allowed:
            yield "castle", (dict(values, wing=WING[wing]), text, "yes" if allowed else "no")
    captures = [m for m in legal if m[1] == position.ep and position.board[m[0]] in "Pp"]
    if captures:
        move = position.san(captures[0])
        yield "ep", (values, f"Yes, {move} is legal en passant: the pawn lands on {name_of(position.ep)} and the pawn that "
                     f"just jumped past is removed. The right is only there on this move.", move)
    pin = pinned_piece(position)
    if pin:
        piece, by = NAMES[position.board[pin[0]].lower()], NAMES[position.board[pin[1]].lower()]
        yield "pinned", (dict(values, piece=piece, sq=name_of(pin[0])),
                         f"It is no bug. The {piece} on {name_of(pin[0])} is pinned: if it left the line, the {by} on "
                         f"{name_of(pin[1])} would be attacking the king, and a move that exposes your own king is illegal."
                         f" If you touched it, you may play any other legal move.", "")
    if position.in_check() and len(legal) <= 4:
        moves = [position.san(m) for m in legal]
        yield "check", (values, f"The check must be answered by moving the king, capturing or blocking. Here that leaves "
                        f"{len(moves)} legal move{'s' * (len(moves) > 1)}: {', '.join(moves)}. Castling out of check is "
                        f"never allowed.", str(len(moves)))
    pushes = [m for m in legal if m[2] == "n"]
    if pushes:
        yield "promo", (values, f"Any of queen, rook, bishop and knight is legal, for example {position.san(pushes[0])}, no "
                        f"matter what you still have. Over the board you simply put the new piece on the square.", "")


def over_answer(position, side):
    if position.in_check():
        return (f"Checkmate. {side} is in check and no move gets the king out of it, so the game is over and "
                f"{'Black' if side == 'White' else 'White'} wins.")
    return f"Stalemate: {side} is not in check but has no legal move with any piece. The game is a draw."


def stalemates(rng, count):
    """Lone kings without a move, queen or pawn against them."""
    rows = []
    while len(rows) < count:
        board = ["."] * 64
        squares = rng.sample(range(64), 3)
        for sq, c in zip(squares, ("K", "k", rng.choice("QQP"))):
            board[sq] = c
        position = Position("8/8/8/8/8/8/8/8 b - - 0 60")
        position.board = board
        if position.is_sound() and not position.legal_moves() and not position.in_check():
            rows.append(({"fen": position.fen(), "side": "Black"}, over_answer(position, "Black"), "stalemate"))
    return rows


DEAD = (("8/8/4k3/8/8/2B1K3/8/8 w - - 0 70", "king and bishop against a lone king is a dead position: no mate is possible, so "
         "the game is drawn at once, flag or no flag", "draw"),
        ("8/5k2/8/3N4/8/2K5/8/8 b - - 0 81", "a single knight cannot mate, so this is drawn by insufficient material at once",
         "draw"),
        ("8/5k2/8/8/8/2K5/7p/8 w - - 0 66", "a pawn can still become a queen, so there is mating material and a fallen flag "
         "can lose the game", "not a draw"),
        ("8/5k2/8/3r4/8/2K5/8/8 w - - 0 59", "a rook is enough to mate, so the side with the rook can win on time; the bare "
         "king cannot", "not a draw"),
        ("8/3bk3/8/8/8/3BK3/8/8 w - - 0 75", "the two bishops stand on squares of the same colour, so no mate can be built "
         "by any moves and the game is over as a draw", "draw"))
THEN = (("And what if I had already pressed the clock after such an illegal move?", "Then it counts as an illegal "
         "move: the position is put back, the opponent gets extra time, and the touched piece must move if it has a legal move."),
        ("So is the same rule valid in blitz and rapid?", "Yes, the rules for moving the pieces are the same at every time "
         "control; only the penalties and the duty to write differ."),
        ("And who has to prove that, me or the arbiter?", "You claim, the arbiter decides. Stop the clock before you claim "
         "and explain which rule was broken."),
        ("Would the arbiter step in by himself for such an illegal move?", "In classical and rapid play with enough arbiters "
         "yes, an illegal move they see is corrected. In crowded blitz events you normally have to claim it yourself."))


def talks(rng, count, games):
    found = card_talks(rng, "rules", TOPIC, count)
    bags = {kind: Bag(rng, [q for k, q in ASKS if k == kind]) for kind, _ in ASKS}
    pool = found_in(games)
    pool["over"] = stalemates(rng, 7) + pool["over"][:6]
    pool["dead"] = [({"fen": f, "side": "White"}, w[0].upper() + w[1:] + ".", r) for f, w, r in DEAD]
    limit = {"castle": 14, "ep": 6, "pinned": 7, "check": 7, "over": 11, "dead": 5, "promo": 3}
    rows = []
    for kind in limit:
        rng.shuffle(pool[kind])
        rows += [(kind, row) for row in pool[kind][:limit[kind]]]
    rng.shuffle(rows)
    for n, (kind, (values, answer, reference)) in enumerate(rows[:count - len(found)]):
        turns = [(bags[kind].draw().format(**values), answer)]
        if n % 12 == 5:
            turns.append(THEN[n // 12 % len(THEN)])
            reference = ""
        fen = values["fen"]
        legal = Position(fen)
        result = {"legal": [legal.san(m) for m in legal.legal_moves()], "in_check": legal.in_check()}
        found.append(Talk(TOPIC, turns, reference=reference, fen=fen, call=("legal_moves", {"fen": fen}, result)))
    return found
