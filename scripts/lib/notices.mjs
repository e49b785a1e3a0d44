/** The licences of the npm packages that ship in the extension. */
import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { bundledFiles } from "./bundle.mjs";
import { SetupError, root } from "./run.mjs";

const RULE = `${"-".repeat(80)}\n`;
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE = /^(?:licen[cs]e|copying|notice|third-?party-?notices)(?:[.-].*)?$/i;

/**
 * The text of the notices: the name, version, licence and the words of the licence files of each package.
 * @param {string[]} files paths below the project's root, as the bundler names them, or absolute; all bundled files if
 * left out
 * @throws SetupError for a package that has no licence file
 */
export function thirdPartyNotices(files = bundledFiles()) {
  const folders = new Set(files.flatMap((file) => PACKAGE.exec(file)?.[0] ?? []));
  const notices = [...folders].sort().map(notice);
  return `Ringscope contains these packages, under the licences below.\n\n${notices.join("\n")}`;
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(resolve(root, folder, "package.json"), "utf8"));
  const files = readdirSync(resolve(root, folder)).filter((file) => LICENCE.test(file));
  if (files.length === 0) throw new SetupError(`${name} has no licence file: the extension may not be packed with it`);
  const texts = files.sort().map((file) =>
    readFileSync(resolve(root, folder, file), "utf8")
      .replace(/\r\n/g, "\n")
      .trim(),
  );
  return `${RULE}${name} ${version} (${license})\n${RULE}\n${texts.join("\n\n")}\n`;
}
