/** The form of the demonstration: plain text that can be read without colours too. */

const hasColour = process.env.NO_COLOR === undefined && (process.stdout.isTTY || process.env.FORCE_COLOR !== undefined);
const style = (code) => (text) => (hasColour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const paint = {
  bold: style("1"),
  cyan: style("36"),
  green: style("32"),
  yellow: style("33"),
  red: style("31"),
  magenta: style("35"),
};
export const dim = style("2");

const WIDTH = 96;
const CONTEXT_LINES = 2;

export function say(text) {
  process.stdout.write(`${text}\n`);
}

export function heading(title, note) {
  say(`\n${paint.bold(paint.cyan(`● ${title}`))}  ${dim(note)}`);
}

/** Writes console output after a bar. Whether the last line is still open is passed in and returned. */
export function guestLine(text, midLine) {
  const bar = dim("  │ ");
  const lines = text.split("\n");
  const isOpen = lines.at(-1) !== "";
  const whole = isOpen ? lines : lines.slice(0, -1);
  const out = whole.map((line, i) => (i === 0 && midLine ? line : bar + line)).join("\n");
  process.stdout.write(isOpen ? out : `${out}\n`);
  return isOpen;
}

/** A few lines around `line`, with an arrow at it. */
export function sourceExcerpt(source, line, place) {
  const lines = source.split("\n");
  const first = Math.max(1, line - CONTEXT_LINES);
  const last = Math.min(lines.length, line + CONTEXT_LINES);
  const rows = [`    ${dim(place)}`];
  for (let n = first; n <= last; n++) {
    const text = `${String(n).padStart(4)}  ${lines[n - 1]}`;
    rows.push(n === line ? paint.yellow(`  → ${text}`) : dim(`    ${text}`));
  }
  return rows.join("\n");
}

/** The frames of a stack, with separators across the width. */
export function stackText(frames, root) {
  return frames
    .map((frame) => (frame.presentationHint === "label" ? separator(frame.name) : frameLine(frame, root)))
    .join("\n");
}

function separator(text) {
  return paint.magenta(`  ${text.padEnd(WIDTH - 2, "─")}`);
}

function frameLine(frame, root) {
  const path = frame.source?.path?.startsWith(root) ? frame.source.path.slice(root.length + 1) : frame.source?.name;
  const place = path === undefined ? frame.instructionPointerReference : `${path}:${frame.line}`;
  const name = frame.presentationHint === "subtle" ? dim(frame.name) : frame.name;
  return `    ${name}${" ".repeat(Math.max(1, 32 - frame.name.length))}${dim(place)}`;
}

export function variableLine({ name, value, type }, depth = 0) {
  const label = `${"  ".repeat(depth)}${name}`;
  return `    ${paint.green(label.padEnd(14))} ${value}${type === undefined ? "" : dim(`  ${type}`)}`;
}

/** Aligned columns. Only cells of the last column may have colours. */
export function table(rows) {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column].length))) ?? [];
  const line = (row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]))).join("  ");
  return rows.map((row) => `    ${line(row)}`).join("\n");
}
