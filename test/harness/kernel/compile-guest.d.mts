export function compileGuest(sources: readonly string[], image: string): void;
