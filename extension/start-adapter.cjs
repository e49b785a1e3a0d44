/* The debug adapter's process, which VS Code starts with its own Node. */
require("../dist/ringscope.cjs");
