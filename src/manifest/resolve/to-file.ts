/** A path as seen from the manifest's folder. */
export type ToFile = (path: string) => string
