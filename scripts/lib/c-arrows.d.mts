/** External symbols of an object. */
export interface Symbols {
  defines: string[];
  uses: string[];
}
export function breaches(sources: Map<string, string>, objects: Map<string, Symbols>): string[];
export function readSources(folder: string): Map<string, string>;
export function readObjects(folder: string, sources: Map<string, string>): Map<string, Symbols>;
