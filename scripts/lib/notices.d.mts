export function thirdPartyNotices(files?: string[]): string;
