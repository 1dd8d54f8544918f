/** What a key becomes, and what of it is left; an empty line of words: it is as Compose is anyway. */
export type Part = { readonly compose?: Readonly<Record<string, unknown>>; readonly left?: readonly string[] }
