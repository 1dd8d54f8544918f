import type { ZodError } from 'zod'

type Issue = ZodError['issues'][number]

/** What is wrong with a value that should be an event: `step-started: snapshot: missing`. */
export function describeIssue({ issues: [issue] }: ZodError, value: unknown): string {
  if (issue === undefined) return 'it does not fit'
  const event = valueAt(value, ['event'])
  const path = issue.path.join('.')
  if (path === 'event')
    return typeof event === 'string' ? `unknown event ${JSON.stringify(event.slice(0, 60))}` : 'event: missing'
  const lead = [typeof event === 'string' ? [excerpt(event)] : [], path === '' ? [] : [excerpt(path)]].flat()
  return [...lead, reasonFor(issue, value)].join(': ')
}

function reasonFor(issue: Issue, value: unknown): string {
  const isMissing = valueAt(value, issue.path) === undefined
  if (isMissing) return 'missing'
  if (issue.code === 'unrecognized_keys') return `unknown ${issue.keys.map(excerpt).join(', ')}`
  return issue.message.replace(/^Invalid input: /, '')
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (below, key) =>
      typeof below === 'object' && below !== null && Object.hasOwn(below, key) ? Reflect.get(below, key) : undefined,
    value,
  )
}

// What is wrong may be of any length, and of any characters.
const excerpt = (text: string) => JSON.stringify(text.slice(0, 60)).slice(1, -1)
