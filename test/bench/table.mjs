/** The table as it is printed: a row for each kernel as soon as it is measured, means and notes at the end. */
const NONE = "-";
const number = (value, digits = 0) => value?.toFixed(digits) ?? NONE;

/** Title, width, and the text of a row. */
const COLUMNS = [
  ["kernel", 11, (row) => row.name],
  ["instructions", 15, (row) => row.instructions?.toLocaleString("en-US") ?? NONE],
  ["seconds", 9, (row) => number(row.seconds.ringscope, 2)],
  ["MIPS", 8, (row) => number(row.mips.ringscope)],
  ["QEMU", 8, (row) => number(row.mips.qemu)],
  ["v86", 8, (row) => number(row.mips.v86)],
  ["x QEMU", 8, (row) => number(row.ratio.qemu, 2)],
  ["x v86", 8, (row) => number(row.ratio.v86, 2)],
];

const pad = (text, width, column) => (column === 0 ? text.padEnd(width) : text.padStart(width));

export const header = () => COLUMNS.map(([title, width], column) => pad(title, width, column)).join("");
export const line = (row) => COLUMNS.map(([, width, text], column) => pad(text(row), width, column)).join("");

/** "geometric mean of 15 kernels 1.53 x QEMU, worst: smc 0.81" */
export function meanLine(kind, title, { mean, worst, worstRatio, kernels }) {
  return `geometric mean of ${kernels} ${kind} ${mean.toFixed(2)} x ${title}, worst: ${worst} ${worstRatio.toFixed(2)}`;
}
