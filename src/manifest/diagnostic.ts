import { ManifestError } from '../base/errors.ts'
import { excerpt, positionOf, type SourceText } from './yaml/source-text.ts'

/** One thing that is wrong with a manifest, at an offset of its text. */
export interface Diagnostic {
  readonly position: number
  readonly message: string
}

const shownAtMost = 50

const hintForManifest = 'maestro manifest example prints every key with what it means'

/** All problems of a file as one error: in the file's order, each with its place, its line and a caret. */
export function manifestError(
  source: SourceText,
  diagnostics: readonly Diagnostic[],
  hint: string = hintForManifest,
): ManifestError {
  const distinct = new Map(diagnostics.map((problem) => [`${problem.position} ${problem.message}`, problem]))
  const sorted = [...distinct.values()].sort((a, b) => a.position - b.position)
  const shown = sorted.slice(0, shownAtMost).map((problem) => describeDiagnostic(source, problem))
  const more = sorted.length - shown.length
  const rest = more > 0 ? [`${source.name}: and ${more} more`] : []
  return new ManifestError([...shown, ...rest].join('\n'), { hint })
}

function describeDiagnostic(source: SourceText, { position, message }: Diagnostic): string {
  const place = positionOf(source, position)
  return `${source.name}:${place.line}:${place.column}: ${message}\n${excerpt(source, place)}`
}
