import { expect, it } from "vitest";
import { Links } from "../../../../emulator/jit/links";

const sized = (...sizes: number[]): Map<number, { size: number }> =>
  new Map(sizes.map((size, func) => [func, { size }]));

function noted(most: number, ...pairs: [from: number, to: number, times: number][]): Links {
  const links = new Links(most);
  for (const [from, to, times] of pairs) for (let n = 0; n < times; n++) links.note(from, to);
  return links;
}

const sorted = (groups: number[][]): number[][] =>
  groups.map((group) => group.sort((a, b) => a - b)).sort(([a = 0], [b = 0]) => a - b);

it("counts its notes", () => {
  const links = new Links(100);
  expect([links.note(1, 2), links.note(2, 1), links.note(1, 2)]).toEqual([1, 2, 3]);
});

it("groups what leads to each other, directly and through others", () => {
  const links = noted(100, [0, 1, 5], [1, 2, 3], [3, 4, 2]);
  expect(sorted(links.groups(sized(10, 10, 10, 10, 10)))).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
});

it("takes the hottest changes first and leaves out what would make a region too large", () => {
  const links = noted(100, [0, 1, 2], [1, 2, 9], [2, 2, 20]);
  expect(sorted(links.groups(sized(40, 50, 50)))).toEqual([[1, 2]]);
});

it("leaves out regions that are gone", () => {
  expect(noted(100, [0, 7, 9]).groups(sized(10))).toEqual([]);
});

it("begins anew after giving groups", () => {
  const links = noted(100, [0, 1, 9]);
  links.groups(sized(10, 10));
  expect(links.groups(sized(10, 10))).toEqual([]);
});
