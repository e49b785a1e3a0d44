"""
Writes down what gdb sees in a core file: for each thread its line, its source
frames down to the second machine frame, their variables, and the caller's
registers. Run as `gdb -nx -batch -x gdb-facts.py IMAGE CORE` with the output
path in FACTS; symbols.test.ts writes the same facts with our reader.
"""
import json
import os
import sys

import gdb

sys.path.insert(0, os.environ["SCRIPTS"])
from gdb_common import machine_frame, position, registers  # noqa: E402

# gdb shows no caller whose own caller it cannot find in the random words of the stack.
NO_ORACLE = [gdb.FRAME_UNWIND_MEMORY_ERROR, gdb.FRAME_UNWIND_INNER_ID, gdb.FRAME_UNWIND_SAME_ID]


def frame_that_stops(frame):
    while frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    return frame


def thread_fact(thread):
    thread.switch()
    frame = gdb.newest_frame()
    pc = frame.pc()
    frames, older = machine_frame(frame)
    fact = {"pc": pc, "line": position(gdb.find_pc_line(pc)), "frames": frames, "caller": None, "callerFrames": []}
    if older is not None:
        fact["caller"] = registers(older)
        # In a trap's stub gdb takes a return address for the interrupted
        # instruction itself, which is right for a signal trampoline only.
        in_stub = older.type() == gdb.SIGTRAMP_FRAME
        fact["callerFrames"] = "unknown" if in_stub else machine_frame(older)[0]
    elif frame_that_stops(frame).unwind_stop_reason() in NO_ORACLE:
        fact["caller"] = fact["callerFrames"] = "unknown"
    return fact


threads = sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.ptid[1])
with open(os.environ["FACTS"], "w") as out:
    json.dump([thread_fact(thread) for thread in threads], out)
