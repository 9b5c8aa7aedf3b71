"""The trees of rows and columns, each walked together with the automaton of what a browser can send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from drift.cors.budget import Budget
from drift.cors.grammar import Grammar


@dataclass(slots=True)
class Reading:
    """What can happen behind one row (read forwards) or before one column (read backwards).

    ``places`` are the places in the tree that belong to it and to no longer one, each with the automaton's state there
    (of a column: with the states, as bits, from which the rest of the text is accepted); ``states`` are all of these.
    ``away`` are the states that can follow once the tree is left (of a column: that can precede), ``next`` pairs of
    the character that leaves the tree and the state behind it; both as bits.
    """

    places: list[tuple[int, int]] = field(default_factory=list)
    states: int = 0
    away: int = 0
    next: int = 0


class Walks:
    """Both trees. A row or column that no text of the grammar can have is in neither ``heads`` nor ``tails``."""

    def __init__(self, grammar: Grammar, rows: Iterable[str], columns: Iterable[str], budget: Budget) -> None:
        self.grammar = grammar
        self._budget = budget
        self._cache: dict[tuple[bool, int, str], tuple[int, int]] = {}
        self._up: dict[bool, list[tuple[int, str]]] = {}
        self._kids: dict[bool, list[str]] = {}
        self.heads = self._walk(rows, forwards=True)
        self.tails = self._walk((column[::-1] for column in columns), forwards=False)

    def _walk(self, texts: Iterable[str], *, forwards: bool) -> dict[str, Reading]:
        grammar = self.grammar
        start = 0 if forwards else grammar.accepting
        nodes: dict[tuple[int, str], int] = {}
        up, kids, states, owner = [(0, "")], [""], [start], [""]
        readings: dict[str, Reading] = {}
        for text in sorted(texts):  # a text comes after those that it starts with, so owners are known in time
            node = 0
            for character in text:
                child = nodes.get((node, character))
                if child is None:
                    self._budget.spend()
                    state = (
                        grammar.step[states[node]].get(character, -1)
                        if forwards
                        else grammar.before(character, states[node])
                    )
                    if state == (-1 if forwards else 0):
                        kids[node] += character  # leads nowhere; and so does the rest of this text
                        node = -1
                        break
                    child = nodes[node, character] = len(up)
                    kids[node] += character
                    up.append((node, character))
                    kids.append("")
                    states.append(state)
                    owner.append(owner[node])
                node = child
            if node >= 0:
                owner[node] = text
                readings[text if forwards else text[::-1]] = Reading()
        self._up[forwards], self._kids[forwards] = up, kids
        for node, state in enumerate(states):
            reading = readings[owner[node] if forwards else owner[node][::-1]]
            reading.places.append((node, state))
            reading.states |= 1 << state if forwards else state
            following, away = self._exits(forwards, state, "".join(sorted(kids[node])))
            reading.next |= following
            reading.away |= away
        return readings

    def _exits(self, forwards: bool, state: int, kids: str) -> tuple[int, int]:
        """Characters that leave the tree here, each with the state behind it; and all states reached, or reaching."""
        known = self._cache.get((forwards, state, kids))
        if known is not None:
            return known
        grammar = self.grammar
        following = away = 0
        for character, place in grammar.alphabet.items():
            if character in kids:
                continue
            if not forwards:
                following |= state << place * grammar.size
                away |= grammar.before(character, state)
            elif (reached := grammar.step[state].get(character)) is not None:
                following |= 1 << place * grammar.size + reached
                away |= grammar.reach[reached]
        self._cache[forwards, state, kids] = following, away
        return following, away

    def exits_right(self, row: str) -> Iterator[tuple[int, str, str]]:
        """Ways out of the tree of rows: the state, the character that leaves, and the text before it."""
        for node, state in self.heads[row].places:
            for character in self.grammar.step[state]:
                if character not in self._kids[True][node]:
                    yield state, character, self.text_of_head(node)

    def exits_left(self, column: str) -> Iterator[tuple[int, str, str]]:
        """Ways out of the tree of columns: the states behind the leaving character, that character, the text behind."""
        for node, states in self.tails[column].places:
            for character in self.grammar.alphabet:
                if character not in self._kids[False][node] and self.grammar.before(character, states):
                    yield states, character, self.text_of_tail(node)

    def text_of_head(self, node: int) -> str:
        """The text that leads to a place in the tree of rows."""
        return "".join(self._letters(node, forwards=True))[::-1]

    def text_of_tail(self, node: int) -> str:
        """The text from a place in the tree of columns to the end."""
        return "".join(self._letters(node, forwards=False))

    def _letters(self, node: int, *, forwards: bool) -> Iterator[str]:
        while node:
            node, character = self._up[forwards][node]
            yield character


def paths(grammar: Grammar, start: int, goals: int, budget: Budget) -> Iterator[str]:
    """All texts that lead from the state to one of the goals, given as bits, shorter ones first; maybe endless."""
    if not grammar.reach[start] & goals:
        return
    within = [goals]  # by length: the states from which some text of that length leads to a goal
    idle = 0
    while idle <= grammar.size:  # whatever repeats does so within that many steps
        idle += 1
        for text in _paths_of(grammar, start, within):
            budget.spend()
            idle = 0
            yield text
        budget.spend(grammar.size)
        within.append(_before_all(grammar, within[-1]))


def _paths_of(grammar: Grammar, start: int, within: list[int]) -> Iterator[str]:
    if not within[-1] >> start & 1:
        return
    if len(within) == 1:
        yield ""
        return
    for character, following in grammar.step[start].items():
        for rest in _paths_of(grammar, following, within[:-1]):
            yield character + rest


def _before_all(grammar: Grammar, states: int) -> int:
    found = 0
    for state, row in enumerate(grammar.step):
        if any(states >> following & 1 for following in row.values()):
            found |= 1 << state
    return found
