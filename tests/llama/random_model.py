"""Writes a tiny language model with random weights around a vocabulary: random_model.py VOCABULARY.gguf MODEL.gguf

The format is GGUF version 3 as llama.cpp documents it (docs/gguf.md of ggml): header, key-value pairs, tensor descriptions,
aligned tensor data. What the model says means nothing; that it is asked, constrained and counted is real.
"""

import random
import struct
import sys

WIDTH, HEADS, LAYERS, INNER, CONTEXT = 64, 4, 2, 128, 4096
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
UINT32, FLOAT32, STRING, ARRAY = 4, 6, 8, 9
F32 = 0
TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
ALIGNMENT = 32


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        (value,) = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def string(self):
        length = self.take("Q")
        self.at += length
        return self.data[self.at - length:self.at]

    def skip_value(self, kind):
        if kind == STRING:
            self.string()
        elif kind == ARRAY:
            inner, count = self.take("I"), self.take("Q")
            for _ in range(count):
                self.skip_value(inner)
        else:
            self.take(SCALARS[kind])


def string(text):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(data)) + data


def tokenizer_pairs(data):
    """The vocabulary's own key-value pairs about its tokenizer, as bytes, and how many tokens it has."""
    reader = Reader(data)
    assert reader.data[:4] == b"GGUF", "expected a GGUF file"
    reader.at = 4
    reader.take("I"), reader.take("Q")
    pairs, tokens = [], 0
    for _ in range(reader.take("Q")):
        begin = reader.at
        key, kind = reader.string().decode(), reader.take("I")
        if key == "tokenizer.ggml.tokens":
            tokens = struct.unpack_from("<Q", reader.data, reader.at + 4)[0]
        reader.skip_value(kind)
        if key.startswith("tokenizer."):
            pairs.append(reader.data[begin:reader.at])
    return pairs, tokens


def tensors(tokens):
    yield "token_embd.weight", (WIDTH, tokens)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", (WIDTH,)
        for name in ("q", "k", "v", "output"):
            yield block + f"attn_{name}.weight", (WIDTH, WIDTH)
        yield block + "ffn_norm.weight", (WIDTH,)
        yield block + "ffn_gate.weight", (WIDTH, INNER)
        yield block + "ffn_up.weight", (WIDTH, INNER)
        yield block + "ffn_down.weight", (INNER, WIDTH)
    yield "output_norm.weight", (WIDTH,)
    yield "output.weight", (WIDTH, tokens)


def main(vocabulary, model):
    with open(vocabulary, "rb") as file:
        pairs, tokens = tokenizer_pairs(file.read())
    whole = {"block_count": LAYERS, "context_length": CONTEXT, "embedding_length": WIDTH, "feed_forward_length": INNER,
             "attention.head_count": HEADS, "attention.head_count_kv": HEADS, "rope.dimension_count": WIDTH // HEADS,
             "vocab_size": tokens}
    pairs.append(string("general.architecture") + struct.pack("<I", STRING) + string("llama"))
    pairs += [string("llama." + key) + struct.pack("<II", UINT32, value) for key, value in whole.items()]
    pairs.append(string("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", FLOAT32, 1e-5))
    # The template that llama-server takes by default begins the answer with words that this vocabulary, of pieces with a
    # space in front, cannot match to a grammar.
    pairs.append(string("tokenizer.chat_template") + struct.pack("<I", STRING) + string(TEMPLATE))
    described, data, chance = [], bytearray(), random.Random(7)
    noise = struct.pack("<4096f", *(chance.gauss(0, 0.2) for _ in range(4096)))
    for name, shape in tensors(tokens):
        size = 1
        for side in shape:
            size *= side
        described.append(string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, F32, len(data)))
        start = chance.randrange(1024) * 4
        data += struct.pack("<f", 1.0) * size if len(shape) == 1 else (noise[start:] * (size // 3072 + 1))[:4 * size]
        data += b"\0" * (-len(data) % ALIGNMENT)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(described), len(pairs)) + b"".join(pairs) + b"".join(described)
    with open(model, "wb") as file:
        file.write(head + b"\0" * (-len(head) % ALIGNMENT) + data)


if __name__ == "__main__":
    main(*sys.argv[1:])
