import { parseDurationMs } from '../base/duration.ts'
import { UsageError } from '../base/errors.ts'
import { parseCountOrPercent } from '../manifest/count-or-percent.ts'
import type { Rollout } from '../manifest/settings.ts'
import { parseWindow } from '../manifest/window.ts'
import type { RolloutFlags } from './flags.ts'

/** The manifest's rollout with what the command line says instead. Throws a UsageError with every flag that is wrong. */
export function rolloutFor(flags: RolloutFlags, settings: Rollout): Rollout {
  const problems: string[] = []
  const read = <T>(flag: string, text: string | undefined, parse: (text: string) => T | undefined, form: string) => {
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) problems.push(`--${flag} ${JSON.stringify(text)}: must be ${form}`)
    return value
  }
  const readTime = (flag: string, text: string | undefined) =>
    read(flag, text, parseDurationMs, 'a time like 30s, 5m or 1h')
  const given = {
    strategy: flags.strategy,
    canary: read('canary', flags.canary, parseCount, 'a whole number'),
    maxUnavailable: read(
      'max-unavailable',
      flags.maxUnavailable,
      parseCountOrPercent,
      'a number of servers or a part, like 2 or 25%',
    ),
    maxFailures: read('max-failures', flags.maxFailures, parseCount, 'a whole number'),
    maxUnreachable: read('max-unreachable', flags.maxUnreachable, parseCount, 'a whole number'),
    pauseMs: readTime('pause', flags.pause),
    drainTimeoutMs: readTime('drain-timeout', flags.drainTimeout),
    downTimeoutMs: readTime('down-timeout', flags.downTimeout),
    upTimeoutMs: readTime('up-timeout', flags.upTimeout),
    windows: flags.window?.flatMap(
      (text) => read('window', text, parseWindow, 'a time of the week like "Sat 02:00-05:00 UTC"') ?? [],
    ),
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  return { ...settings, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
}

const parseCount = (text: string) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined)
