/** A line of an ssh config that says something. */
export interface ConfigOption {
  readonly kind: 'option'
  /** In lower case; empty where ssh alone could tell it. */
  readonly keyword: string
  readonly args: readonly string[]
  /** The arguments as they are written. */
  readonly text: string
  /** Whether every version of ssh reads the arguments as they are read here: whole words, in double quotes or in none. */
  readonly isPlain: boolean
  /** No two lines of a config are at the same, not even where a file is included twice. */
  readonly at: number
}

const plainWords = /^(?:(?:"[ !\x23-\x26\x28-\x5b\x5d-\x7e]+"|[!$-&(-\x5b\x5d-~]+)(?:[ \t]+|$))+(?:#.*)?$/

/** Reads `Port 22`, `Port=22`, `User "a b" # and a remark`; undefined for a line that says nothing. */
export function readConfigLine(line: string, at: number): ConfigOption | undefined {
  const said = line.replace(/[ \t\r\f]+$/, '').replace(/^[ \t\r]+/, '')
  if (said === '' || said.startsWith('#')) return undefined
  const [, keyword = '', text = ''] = /^([A-Za-z][A-Za-z0-9]*)(?:[ \t]*=[ \t]*|[ \t]+)(.+)$/.exec(said) ?? []
  const words = [...text.matchAll(/"([^"]*)"|(#.*)|(\S+)/g)].filter(([, , remark]) => remark === undefined)
  return {
    kind: 'option',
    keyword: keyword.toLowerCase(),
    args: words.map(([, quoted, , plain]) => quoted ?? plain ?? ''),
    text,
    isPlain: plainWords.test(text),
    at,
  }
}
