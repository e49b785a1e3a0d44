"""
Writes down what gdb sees in a core file: for each thread its line, its source
frames down to the second machine frame, their variables, and the caller's
registers. Run as `gdb -nx -batch -x gdb-facts.py IMAGE CORE` with the output
path in FACTS; symbols.test.ts writes the same facts with our reader.
"""
import json
import os

import gdb

gdb.execute("set pagination off")
gdb.execute("set backtrace past-main on")
gdb.execute("set backtrace past-entry on")
# Not by the frame's language: in assembly gdb would write C++ names.
gdb.execute("set language c")
BYTE = gdb.lookup_type("unsigned char")
SAVED = ["ebx", "esp", "ebp", "esi", "edi", "eip"]
MOST_BYTES = 64
# gdb shows no caller whose own caller it cannot find in the random words of the stack.
NO_ORACLE = [gdb.FRAME_UNWIND_MEMORY_ERROR, gdb.FRAME_UNWIND_INNER_ID, gdb.FRAME_UNWIND_SAME_ID]


def path(symtab):
    return os.path.normpath(symtab.filename)


def position(sal):
    return None if sal.symtab is None or sal.line == 0 else "%s:%d" % (path(sal.symtab), sal.line)


def content(value):
    """Bytes of a value; None for those that are optimised out. Raises gdb.MemoryError."""
    whole = value.type.strip_typedefs().sizeof
    size = min(whole, MOST_BYTES)
    if value.address is not None:
        memory = gdb.selected_inferior().read_memory(int(value.address) & 0xFFFFFFFF, whole)
        return [ord(byte) for byte in memory[0:size]]
    raw = value.cast(BYTE.array(whole - 1))
    result = []
    for i in range(size):
        byte = raw[i]
        result.append(None if byte.is_optimized_out else int(byte))
    return result


def variable(symbol, frame):
    fact = {"name": symbol.name, "type": str(symbol.type), "argument": symbol.is_argument}
    try:
        value = symbol.value(frame)
        if value.is_optimized_out:
            fact["state"] = "optimizedOut"
        else:
            fact["bytes"] = content(value)
            if value.address is not None:
                fact["address"] = int(value.address) & 0xFFFFFFFF
            fact["state"] = "value"
    except gdb.error as error:
        fact["state"] = "unavailable"
        fact["why"] = str(error)
    return fact


def variables(frame):
    facts = []
    try:
        block = frame.block()
    except RuntimeError:
        return facts
    while block is not None:
        for symbol in block:
            if symbol.is_argument or symbol.is_variable or symbol.addr_class == gdb.SYMBOL_LOC_CONST:
                facts.append(variable(symbol, frame))
        if block.function is not None:
            return facts
        block = block.superblock
    return facts


def source_frame(frame):
    return {
        "name": frame.name(),
        "inlined": frame.type() == gdb.INLINE_FRAME,
        "position": position(frame.find_sal()),
        "variables": variables(frame),
    }


def registers(frame):
    facts = {}
    for name in SAVED:
        try:
            value = frame.read_register(name)
            facts[name] = None if value.is_optimized_out else int(value) & 0xFFFFFFFF
        except gdb.error:
            facts[name] = None
    return facts


def machine_frame(frame):
    """The source frames of one machine frame (none outside of all functions), and the first frame behind it."""
    frames = []
    while frame is not None:
        if frame.name() is not None:
            frames.append(source_frame(frame))
        inlined = frame.type() == gdb.INLINE_FRAME
        frame = frame.older()
        if not inlined:
            break
    return frames, frame


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
