"""
Runs a program and writes down, at each stop in `stop_here`, registers, memory
and all frames with their variables. Run as `gdb -nx -batch -x gdb-live.py
PROGRAM` with the output path in FACTS; live.test.ts reads it.
"""
import json
import os
import sys

import gdb

sys.path.insert(0, os.environ["SCRIPTS"])
from gdb_common import machine_frame  # noqa: E402

REGISTERS = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags"]
MOST_STOPS = 12


def memory(low, high):
    content = gdb.selected_inferior().read_memory(low, high - low)
    return {"address": low, "hex": content.tobytes().hex()}


def regions(frame):
    """The stack from ESP to its end, and what the image maps."""
    esp = int(frame.read_register("esp")) & 0xFFFFFFFF
    pc = frame.pc()
    ranges = []
    for line in open("/proc/%d/maps" % gdb.selected_inferior().pid):
        low, high = (int(part, 16) for part in line.split()[0].split("-"))
        name = line.split()[-1]
        if low <= esp < high:
            ranges.append(memory(esp & ~0xF, high))
        elif low <= pc < high or name == gdb.current_progspace().filename or name == "[heap]":
            ranges.append(memory(low, high))
    return ranges


def stop_fact():
    frame = gdb.newest_frame()
    values = {name: int(frame.read_register(name)) & 0xFFFFFFFF for name in REGISTERS}
    fact = {"registers": values, "memory": regions(frame), "frames": []}
    while frame is not None:
        frames, frame = machine_frame(frame)
        fact["frames"].append(frames)
    return fact


gdb.execute("set startup-with-shell off")
gdb.execute("set breakpoint pending off")
gdb.Breakpoint("stop_here")
facts = []
gdb.execute("run")
while gdb.selected_inferior().pid != 0 and len(facts) < MOST_STOPS:
    facts.append(stop_fact())
    gdb.execute("continue")
if gdb.selected_inferior().pid != 0:
    gdb.execute("kill")
with open(os.environ["FACTS"], "w") as out:
    json.dump(facts, out)
