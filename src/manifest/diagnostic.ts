import { ManifestError } from '../base/errors.ts'
import { excerpt, placeOf, type Source } from './yaml/source-text.ts'

/** One thing that is wrong with a manifest, at an offset of its text. */
export interface Problem {
  readonly at: number
  readonly what: string
}

const shownAtMost = 50

const hintForManifest = 'maestro manifest example prints every key with what it means'

/** All problems of a file as one error: in the file's order, each with its place, its line and a caret. */
export function manifestError(
  source: Source,
  problems: readonly Problem[],
  hint: string = hintForManifest,
): ManifestError {
  const distinct = new Map(problems.map((problem) => [`${problem.at} ${problem.what}`, problem]))
  const sorted = [...distinct.values()].sort((a, b) => a.at - b.at)
  const shown = sorted.slice(0, shownAtMost).map((problem) => describeProblem(source, problem))
  const more = sorted.length - shown.length
  const rest = more > 0 ? [`${source.name}: and ${more} more`] : []
  return new ManifestError([...shown, ...rest].join('\n'), { hint })
}

function describeProblem(source: Source, { at, what }: Problem): string {
  const place = placeOf(source, at)
  return `${source.name}:${place.line}:${place.column}: ${what}\n${excerpt(source, place)}`
}
