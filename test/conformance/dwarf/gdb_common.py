"""What gdb knows about frames and variables, as plain data. Imported by the scripts beside it, inside gdb."""
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


def path(symtab):
    return os.path.normpath(symtab.filename)


def position(sal):
    return None if sal.symtab is None or sal.line == 0 else "%s:%d" % (path(sal.symtab), sal.line)


def content(value):
    """Bytes of a value; None for those that are nowhere. Raises gdb.MemoryError."""
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
        # A value of which a part is nowhere counts as optimised out: gdb itself is of two minds about it.
        found = None if value.is_optimized_out else content(value)
        if found is None or None in found:
            fact["state"] = "optimizedOut"
        else:
            fact["bytes"] = found
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
    """The source frames of one machine frame (none outside of all functions), and the first frame after it."""
    frames = []
    while frame is not None:
        if frame.name() is not None:
            frames.append(source_frame(frame))
        inlined = frame.type() == gdb.INLINE_FRAME
        frame = frame.older()
        if not inlined:
            break
    return frames, frame
