"""Turns schemas/openapi.yaml into JSON with nothing but the standard library.

Reads the part of YAML that the document is written in: block mappings and sequences, plain, quoted and folded
(>-) scalars, flow values that are JSON ({"a": 1}, [1, "b"]) or simple lists ([a, b]), comments on lines of
their own. Anything else is an error that names the line.
"""
import json
import re
import sys


class Reader:
    def __init__(self, text):
        self.lines = []
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line:
                raise SystemExit(f"line {number}: a tab")
            bare = line.strip()
            if bare and not bare.startswith("#"):
                self.lines.append((number, len(line) - len(line.lstrip()), bare))
        self.at = 0

    def fail(self, what):
        number = self.lines[min(self.at, len(self.lines) - 1)][0]
        raise SystemExit(f"openapi.yaml line {number}: {what}")

    def block(self, indent):
        """The value whose first line is the current one, indented by `indent`."""
        if self.lines[self.at][2].startswith("- "):
            return self.sequence(indent)
        return self.mapping(indent)

    def sequence(self, indent):
        items = []
        while self.at < len(self.lines) and self.lines[self.at][1] == indent and self.lines[self.at][2].startswith("- "):
            number, _, text = self.lines[self.at]
            rest = text[2:].strip()
            inner = indent + 2
            if self.key_of(rest):
                self.lines[self.at] = (number, inner, rest)
                items.append(self.mapping(inner))
            else:
                self.at += 1
                items.append(self.scalar(rest, indent))
        return items

    @staticmethod
    def key_of(text):
        return re.match(r"""^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'\[{#][^:]*?):(?:\s+(.*))?$""", text)

    def mapping(self, indent):
        result = {}
        while self.at < len(self.lines) and self.lines[self.at][1] == indent:
            text = self.lines[self.at][2]
            match = self.key_of(text)
            if not match:
                self.fail(f"expected 'key: value', found {text!r}")
            key = match.group(1).strip("\"'")
            if key in result:
                self.fail(f"the key {key!r} a second time")
            rest = (match.group(2) or "").strip()
            self.at += 1
            if rest == "":
                deeper = self.at < len(self.lines) and self.lines[self.at][1] > indent
                result[key] = self.block(self.lines[self.at][1]) if deeper else None
            else:
                result[key] = self.scalar(rest, indent)
        if self.at < len(self.lines) and self.lines[self.at][1] > indent:
            self.fail("an indentation that belongs to nothing")
        return result

    def scalar(self, text, indent):
        if text in (">-", ">", "|-", "|"):
            parts = []
            while self.at < len(self.lines) and self.lines[self.at][1] > indent:
                parts.append(self.lines[self.at][2])
                self.at += 1
            return (" " if text.startswith(">") else "\n").join(parts)
        if text[0] in "{[":
            try:
                return json.loads(text)
            except json.JSONDecodeError:
                pass
            simple = re.fullmatch(r"\[([^\[\]{}]*)\]", text)
            if simple:
                return [self.scalar(part.strip(), indent) for part in simple.group(1).split(",") if part.strip()]
            pairs = re.fullmatch(r"\{([^\[\]{}]*)\}", text)
            if pairs:
                found = [self.key_of(part.strip()) for part in pairs.group(1).split(",") if part.strip()]
                if all(found):
                    return {m.group(1).strip("\"'"): self.scalar(m.group(2) or '""', indent) for m in found}
            self.fail(f"a flow value that is neither JSON nor a simple one: {text}")
        if text[0] == '"':
            return json.loads(text)
        if text[0] == "'":
            return text[1:-1].replace("''", "'")
        if text in ("true", "false"):
            return text == "true"
        if text in ("null", "~"):
            return None
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        if re.fullmatch(r"-?\d+\.\d+", text):
            return float(text)
        return text


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        reader = Reader(file.read())
    document = reader.block(0)
    if reader.at != len(reader.lines):
        reader.fail("something after the end")
    with open(target, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, separators=(",", ":"))


main()
