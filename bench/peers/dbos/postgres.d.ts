/** @returns where it is, without the name of a database */
export function startPostgres(): Promise<{ readonly url: string; stop(): Promise<void> }>;
