import { YAMLException } from 'js-yaml'
import type { Diagnostic } from '../diagnostic.ts'

/** What makes a file unreadable as YAML, at an offset of its text. */
export class YamlSyntaxError extends Error {
  readonly at: number

  constructor(what: string, at: number) {
    super(what)
    this.name = new.target.name
    this.at = at
  }
}

/** Whether something thrown while YAML was read is about the file, and not a bug. */
export const isYamlSyntaxError = (error: unknown): error is YamlSyntaxError | YAMLException =>
  error instanceof YamlSyntaxError || error instanceof YAMLException

/** The trouble as a problem in words of ours; the parser stops at its first, so there is one. */
export function yamlDiagnostic(error: YamlSyntaxError | YAMLException, text: string): Diagnostic {
  if (error instanceof YamlSyntaxError) return { position: error.at, message: error.message }
  // A template has lines that are no YAML, and the parser stumbles over what comes after them.
  const template = /^[ \t]*<%/m.exec(text)
  if (template !== null)
    return { position: template.index, message: 'this is a line of a template (<% … %>), which maestro does not run' }
  const at = error.mark?.position ?? 0
  return { position: positionOfCause(error.reason, at, text), message: wordsFor(error.reason) }
}

// What js-yaml 5.5 says, and what it means to a reader who did not write a YAML parser.
const words: readonly (readonly [RegExp, string])[] = [
  [/tab characters/, 'a tab stands where YAML wants spaces; replace the tabs at the start of lines by spaces'],
  [/bad indentation/, 'this does not fit the lines above: the indentation is wrong, or a value needs quotes'],
  [/deficient indentation|unexpected end/, 'a quote or bracket is opened and not closed'],
  [/non-printable|valid JSON character/, 'the file contains an unprintable character'],
  [/multiline key|expected ':'/, 'a colon is missing here or in the line above'],
  [
    /end of the stream or a document separator/,
    'this does not belong to what stands before it; is it indented wrongly?',
  ],
  [/maxDepth/, 'values are nested more than 100 deep'],
]

function wordsFor(reason: string): string {
  const [, known] = words.find(([pattern]) => pattern.test(reason)) ?? []
  return known ?? `this is not YAML: ${reason}`
}

// The parser finds an unclosed quote only at the next line or at the end of the file.
function positionOfCause(reason: string, at: number, text: string): number {
  if (!/deficient indentation|unexpected end/.test(reason)) return at
  return text.slice(0, at).trimEnd().length
}
