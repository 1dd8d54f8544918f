import { StringDecoder } from 'node:string_decoder'
import { printable } from '../../base/printable.ts'
import type { LogPiece } from '../../remote/job/status.ts'

/** The end of a log that is read piece by piece; what it keeps does not grow with the log. */
export interface LogTail {
  readonly lastLines: readonly string[]
  /** What was never read because more had come than a piece holds. */
  readonly skippedBytes: number
}

const linesKept = 40
const lineLength = 200

type LogTailState = {
  readonly offsetBytes: () => number
  /** Returns the last line that says something, as it may be shown; undefined when the piece has none. */
  readonly take: (piece: LogPiece) => string | undefined
  readonly told: () => LogTail
}

export function makeLogTail(): LogTailState {
  let [offsetBytes, skippedBytes] = [0, 0]
  let [lines, rest]: [readonly string[], string] = [[], '']
  let decoder = new StringDecoder('utf8')

  function take({ fromBytes, bytes }: LogPiece): string | undefined {
    if (fromBytes !== offsetBytes) {
      skippedBytes += Math.max(0, fromBytes - offsetBytes)
      ;[rest, decoder] = ['', new StringDecoder('utf8')]
    }
    offsetBytes = fromBytes + bytes.length
    const text = rest + decoder.write(bytes)
    const [last = '', ...whole] = text.split('\n').toReversed()
    rest = last.slice(-lineLength)
    const said = whole.toReversed().map(shown).filter(isWorthShowing)
    lines = [...lines, ...said].slice(-linesKept)
    const unfinished = shown(rest)
    if (bytes.length === 0) return undefined
    return isWorthShowing(unfinished) ? unfinished : said.at(-1)
  }

  return {
    offsetBytes: () => offsetBytes,
    take,
    told: () => ({ lastLines: [...lines, shown(rest)].filter(isWorthShowing).slice(-linesKept), skippedBytes }),
  }
}

const isWorthShowing = (line: string) => /[\p{L}\p{N}]/u.test(line)

// Of a line that was drawn over and over, the last drawing, without its colours.
function shown(line: string): string {
  const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  return printable(last.replaceAll(colours, '').trim()).slice(0, lineLength)
}

// Escape sequences of terminals (ECMA-48): CSI … final byte, and OSC … BEL or ST.
const colours = /\p{Cc}(?:\[[0-?]*[ -/]*[@-~]|\][^\p{Cc}]*(?:\p{Cc}\\?)?)/gu
