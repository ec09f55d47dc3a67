#!/usr/bin/env python3
"""Turns the topic templates into a C++ table: embed_templates.py FOLDER OUTPUT

A file NAME.txt: its title, a sentence, an empty line, then a line a topic, a subtopic indented by two spaces:
    Topic: What it is about. | keyword, keyword
"""
import pathlib
import sys


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def topic_of(line, place):
    name, found, rest = line.partition(": ")
    description, bar, keywords = rest.partition(" | ")
    if not (name and found and description and bar and keywords):
        raise SystemExit(f"{place}: expected 'Topic: What it is about. | keyword, keyword', found '{line}'")
    return name.strip(), description.strip(), [word.strip() for word in keywords.split(",")]


def initializer(topic, children):
    name, description, keywords = topic
    words = ", ".join(map(quoted, keywords))
    below = ", ".join(initializer(child, []) for child in children)
    return f"{{{quoted(name)}, {quoted(description)}, {{{words}}}, {{{below}}}}}"


def template_of(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    topics = []
    for number, line in enumerate(lines[3:], 4):
        place = f"{path.name}:{number}"
        if line.startswith("  "):
            if not topics:
                raise SystemExit(f"{place}: expected a topic before its subtopic")
            topics[-1][1].append(topic_of(line[2:], place))
        elif line.strip():
            topics.append((topic_of(line, place), []))
    body = ",\n     ".join(initializer(topic, children) for topic, children in topics)
    return f"    {{{quoted(path.stem)}, {quoted(lines[0])}, {quoted(lines[1])},\n     {{{body}}}}}"


def main():
    folder, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    templates = ",\n".join(template_of(path) for path in sorted(folder.glob("*.txt")))
    output.write_text(
        '#include "steps/topics/templates.hpp"\n\nnamespace steps::topics {\n\n'
        "const std::vector<Template>& templates() {\n  static const std::vector<Template> all{\n"
        + templates + "};\n  return all;\n}\n\n}  // namespace steps::topics\n", encoding="utf-8")


if __name__ == "__main__":
    main()
