"""
Writes down what gdb says without a process: the layout of all types, global
variables, and where breakpoints go. Run as `gdb -nx -batch -x gdb-static.py
IMAGE` with the output path in FACTS and, in QUESTIONS, JSON with `lines`
([file, line] pairs) `functions` and
`variables` (names); static.test.ts compares.
"""
import json
import os
import re

import gdb

gdb.execute("set pagination off")
gdb.execute("set language c")
gdb.execute("set breakpoint pending off")
AGGREGATES = {gdb.TYPE_CODE_STRUCT: "struct", gdb.TYPE_CODE_UNION: "union", gdb.TYPE_CODE_ENUM: "enum"}


def type_names():
    """Names of all struct, union, enum and typedef types, as C writes them."""
    for line in gdb.execute("info types -q .", to_string=True).splitlines():
        text = re.sub(r"^\d+:\s*", "", line).strip()
        aggregate = re.match(r"^((struct|union|enum) \w+);$", text)
        alias = re.match(r"^typedef .*?(\w+);$", text)
        if aggregate:
            yield aggregate.group(1)
        elif alias and "(" not in text:
            yield alias.group(1)


def field(f, enum):
    if enum:
        return {"name": f.name, "value": f.enumval}
    return {"name": f.name or None, "bit": f.bitpos, "bits": f.bitsize, "type": str(f.type), "size": size(f.type)}


def size(kind):
    bare = kind.strip_typedefs()
    return bare.sizeof if bare.code not in (gdb.TYPE_CODE_VOID, gdb.TYPE_CODE_FUNC) else None


def layout(name):
    kind = gdb.lookup_type(name)
    bare = kind.strip_typedefs()
    word = AGGREGATES.get(bare.code)
    fields = [field(f, word == "enum") for f in bare.fields()] if word else []
    return {"name": name, "size": size(kind), "kind": word, "fields": fields}


def layouts():
    result = []
    for name in sorted(set(type_names())):
        try:
            result.append(layout(name))
        except gdb.error:
            pass  # a declaration that no unit completes
    return result


def addresses(spec):
    try:
        breakpoint = gdb.Breakpoint(spec)
    except gdb.error:
        return None
    result = sorted(location.address & 0xFFFFFFFF for location in breakpoint.locations)
    breakpoint.delete()
    return result


def rows(file, line):
    """Addresses of the line in gdb's own table."""
    tables = {sal.symtab for sal in gdb.decode_line("%s:%d" % (file, line))[1] or () if sal.symtab}
    return [row.pc for table in tables for row in table.linetable().line(line) or ()]


def variables(names):
    result = {}
    for name in names:
        symbol = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
        if symbol is not None and symbol.is_variable:
            value = symbol.value()
            result[name] = {"type": str(symbol.type), "address": value.address and int(value.address) & 0xFFFFFFFF}
    return result


questions = json.loads(os.environ["QUESTIONS"])
facts = {
    "types": layouts(),
    "lines": [addresses("%s:%d" % (file, line)) for file, line in questions["lines"]],
    "rows": [rows(file, line) for file, line in questions["lines"]],
    "functions": [addresses("-function %s" % name) for name in questions["functions"]],
    "variables": variables(questions["variables"]),
}
with open(os.environ["FACTS"], "w") as out:
    json.dump(facts, out)
