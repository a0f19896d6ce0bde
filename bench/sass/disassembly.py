"""Reads what `cuobjdump -sass -res-usage` prints, and follows a kernel's control flow.

A path's length is the number of instructions that a thread executes on it: a call (the
slow way of a division, say) counts as one, an inner loop as one turn of it. Of the paths
those are looked at that move most, since an element's cost is asked for: not a grid's
last threads, which have little left to do.
"""

import re
from dataclasses import dataclass, field

_FUNCTION = re.compile(r"^\s*Function\s*:\s*(\S+)")
_INSTRUCTION = re.compile(r"^\s*/\*([0-9a-f]{4,})\*/\s+(.*?)\s*;")
_PREDICATE = re.compile(r"^@(!?U?P[T0-9]+)\s+")
_TARGET = re.compile(r"(0x[0-9a-f]+)\s*$")
_USAGE = re.compile(r"^\s*Function (\S+):\s*$")
# Units with a quarter of the lanes or fewer: conversions, reciprocals, bit counts.
_SLOW = ("MUFU", "I2F", "F2I", "F2F", "FLO", "POPC", "DMUL", "DADD", "DFMA", "DSETP")


@dataclass
class Instruction:
    address: int
    text: str  # without the predicate
    predicate: str = ""

    @property
    def opcode(self):
        return self.text.split()[0]

    @property
    def name(self):
        return self.opcode.split(".")[0]

    @property
    def is_conditional(self):
        """Whether the next instruction may follow one that leaves."""
        operands = self.text[len(self.opcode):].split(",")[:-1]
        return bool(self.predicate) or ".DIV" in self.opcode or any(
            re.search(r"P[0-9]", operand) for operand in operands)

    def target(self):
        found = _TARGET.search(self.text)
        if found is None:
            raise ValueError(f"no target in '{self.text}'")
        return int(found.group(1), 16)

    def bytes_of(self, access):
        """Bytes that an access such as LDG or STG moves; 0 of other instructions."""
        parts = self.opcode.split(".")
        if parts[0] != access:
            return 0
        widths = {"128": 16, "64": 8, "U16": 2, "S16": 2, "16": 2, "U8": 1, "S8": 1}
        return next((widths[part] for part in parts if part in widths), 4)


@dataclass
class Function:
    name: str
    code: list = field(default_factory=list)
    registers: int = 0
    spilled: int = 0  # bytes of local memory

    def successors(self):
        """For each instruction the positions of those that may come after it."""
        at = {instruction.address: i for i, instruction in enumerate(self.code)}
        result = []
        for i, instruction in enumerate(self.code):
            following = [i + 1] if i + 1 < len(self.code) else []
            if instruction.name == "BRA":
                jump = at[instruction.target()]
                result.append([jump] + (following if instruction.is_conditional else []))
            elif instruction.name in ("EXIT", "RET", "KILL"):
                result.append(following if instruction.is_conditional else [])
            elif instruction.name in ("BRX", "JMX", "JMP"):
                raise ValueError(f"{self.name}: '{instruction.text}' is not understood")
            else:
                result.append(following)
        return result


@dataclass
class Path:
    """The longest one, without the instructions that do nothing (NOP)."""
    instructions: list

    def __len__(self):
        return len(self.instructions)

    def count(self, names):
        return sum(instruction.name in names for instruction in self.instructions)

    @property
    def slow(self):
        return self.count(_SLOW)

    @property
    def calls(self):
        return self.count(("CALL",))

    def moved(self, access):
        return sum(instruction.bytes_of(access) for instruction in self.instructions)


def functions(text):
    """The functions of a disassembly by name, with the registers that `text` tells."""
    result, current, usage = {}, None, None
    for line in text.splitlines():
        if found := _FUNCTION.match(line):
            current = result.setdefault(found.group(1), Function(found.group(1)))
        elif found := _USAGE.match(line):
            usage = result.setdefault(found.group(1), Function(found.group(1)))
        elif usage is not None and "REG:" in line:
            numbers = dict(re.findall(r"(\w+):(\d+)", line))
            usage.registers = int(numbers["REG"])
            usage.spilled = int(numbers["STACK"]) + int(numbers["LOCAL"])
            usage = None
        elif current is not None and (found := _INSTRUCTION.match(line)):
            words = found.group(2)
            predicate = _PREDICATE.match(words)
            current.code.append(
                Instruction(int(found.group(1), 16),
                            words[predicate.end():] if predicate else words,
                            predicate.group(1) if predicate else ""))
    return result


def _longest(function, successors, start, inside, last, access):
    """Of the forward paths within `inside` those on which `access` moves most, and of
    these the longest; to `last` if it is given."""
    best, following = {}, {}
    for i in sorted(inside, reverse=True):
        best[i] = (0, 0) if last is None or i == last else None
        for j in successors[i]:
            if j > i and i != last and best.get(j) is not None:
                if best[i] is None or best[j] >= best[i]:
                    best[i], following[i] = best[j], j
        if best[i] is not None:
            instruction = function.code[i]
            moved, length = best[i]
            best[i] = (moved + instruction.bytes_of(access),
                       length + (instruction.name != "NOP"))
    path, i = [], start
    while i is not None:
        path.append(function.code[i])
        i = following.get(i)
    return Path([instruction for instruction in path if instruction.name != "NOP"])


def whole_path(function, access):
    """The longest path of a thread, from its first to its last instruction, of those
    that move most."""
    everything = range(len(function.code))
    return _longest(function, function.successors(), 0, everything, None, access)


def _body(predecessors, head, back):
    """The instructions from which `back` is reached without passing `head`."""
    body, waiting = {head, back}, [back] if back != head else []
    while waiting:
        for i in predecessors[waiting.pop()]:
            if i not in body and i > head:
                body.add(i)
                waiting.append(i)
    return body


def _all_loops(function):
    """Of each loop (head, jump back): the instructions that are in it."""
    successors = function.successors()
    predecessors = [[] for _ in function.code]
    for i, targets in enumerate(successors):
        for j in targets:
            predecessors[j].append(i)
    bodies = {}
    for back, targets in enumerate(successors):
        for head in targets:
            # The last jump of a function, to itself, is a trap behind its end.
            if head < back or head == back and function.code[back].is_conditional:
                bodies[head, back] = _body(predecessors, head, back)
    return bodies


def loops(function, access):
    """The same for each innermost loop: one turn, from its head to the jump back."""
    successors, bodies = function.successors(), _all_loops(function)
    return [_longest(function, successors, head, body, back, access)
            for (head, back), body in bodies.items()
            if not any(other in body for other, _ in bodies if other != head)]


def _blocks(function):
    """Instructions without a jump in between, as (first, behind the last)."""
    starts = {0, len(function.code)}
    for i, targets in enumerate(function.successors()):
        if targets != [i + 1]:
            starts.update(targets, [i + 1])
    starts = sorted(starts)
    return list(zip(starts, starts[1:]))


def turns(function, access, through, without):
    """One turn of the smallest loop around each block whose instructions of some names
    are as many as `through` says, by name; on ways without the instruction `without`."""
    successors, bodies = function.successors(), _all_loops(function)
    barred, found = set(), []
    for first, behind in _blocks(function):
        names = [instruction.name for instruction in function.code[first:behind]]
        if without in names:
            barred.update(range(first, behind))
        if all(names.count(name) == n for name, n in through.items()):
            found.append((first, behind - 1))
    paths = []
    for first, last in found:
        (head, back), body = min(
            ((key, body) for key, body in bodies.items() if first in body),
            key=lambda item: len(item[1]), default=((None, None), set()))
        if head is None:
            continue
        open_to = body - barred
        before = _longest(function, successors, head, {i for i in open_to if i <= first},
                          first, access)
        after = _longest(function, successors, last, {i for i in open_to if i >= last},
                         back, access)
        within = function.code[first + 1:last]
        paths.append(Path(before.instructions + [i for i in within if i.name != "NOP"] +
                          after.instructions))
    return paths
