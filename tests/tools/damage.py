"""Files that are damaged at random: bytes of any file, values of a description.

ETCH_DAMAGED_FILES is how many a test tries of each kind."""
import copy
import os

ROUNDS = int(os.environ.get("ETCH_DAMAGED_FILES", "8"))

def changed(draw, content):
    if draw.random() < 0.25:
        return content[:draw.randrange(len(content))]
    found = bytearray(content)
    for _ in range(draw.choice([1, 1, 2, 8, 64])):
        found[draw.randrange(len(found))] = draw.choice([0, 1, 127, 255, draw.randrange(256)])
    return bytes(found)


ODD = [None, -1, 0, 1, 2, 7, 2**40, 1e30, float("nan"), "", "relu", "valid", [], [1], [[1, 2], [3]], {}, True,
       {"class_name": "LSTM"}, [None, 3], "../x"]  # fmt: skip


def replaced(draw, value):
    """One value somewhere in a description is another, or missing."""
    while isinstance(value, (dict, list)) and value:
        key = draw.choice(sorted(value) if isinstance(value, dict) else range(len(value)))
        inner = value[key]
        if not (isinstance(inner, (dict, list)) and inner) or draw.random() < 0.15:
            if draw.random() < 0.2:
                del value[key]
            else:
                value[key] = draw.choice(ODD)
            return
        value = inner


def damaged_descriptions(draw, value, count):
    for _ in range(count):
        found = copy.deepcopy(value)
        for _ in range(draw.randint(1, 2)):
            replaced(draw, found)
        yield found
