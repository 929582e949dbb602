"""Objects of many sizes that come and go: trees, texts, dictionaries."""
import json
import os
import random

random.seed(7)
PART = int(os.environ.get('PART', 1))


class Node:
    def __init__(self, key):
        self.key = key
        self.left = self.right = None


def insert(root, key):
    while root.key != key:
        side = 'left' if key < root.key else 'right'
        child = getattr(root, side)
        if child is None:
            setattr(root, side, Node(key))
            return
        root = child


root = Node(0.5)
for _ in range(90_000 // PART):
    insert(root, random.random())
words = [''.join(random.choices('abcdefgh', k=random.randint(3, 40)))
         for _ in range(60_000 // PART)]
counts = {}
for word in words * 3:
    counts[word[:5]] = counts.get(word[:5], 0) + 1
rows = [{'name': word, 'number': i, 'parts': [word[:3]] * (i % 9)}
        for i, word in enumerate(words[:20_000 // PART])]
for _ in range(8):
    rows = json.loads(json.dumps(rows))
print(len(counts), len(rows), sorted(counts.items())[:2])
