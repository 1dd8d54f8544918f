import { readAptDump } from '../apt-conf.ts'
import { allOf, FactError, type Facts, matching, perhaps, yes } from '../fields.ts'
import type { Nightly, NightlyTimer } from './facts.ts'

/** What the nightly upgrades are set to and by which files, and what they were before maestro. */
export function readNightly(facts: Facts): Nightly {
  return {
    package: readPackage(facts),
    options: readAptDump(allOf(facts, 'nightly_option')),
    files: readFiles(allOf(facts, 'nightly_file')),
    isEdited: yes(facts, 'nightly_edited'),
    ours: readOurs(allOf(facts, 'nightly_ours')),
    scheduler: matching(facts, 'nightly_scheduler', /^(systemd|cron|none)$/) as Nightly['scheduler'],
    timers: allOf(facts, 'nightly_timer').map(readTimer),
    was: readWas(allOf(facts, 'nightly_was')),
  }
}

// `install ok installed|2.9.1+nmu3`; the last word of a state is what it is in, the first what is wanted.
function readPackage(facts: Facts): Nightly['package'] {
  const [words = '', version = ''] = perhaps(facts, 'nightly_package')?.split('|') ?? []
  const state = words.split(' ').at(-1) ?? ''
  if (state === 'installed') return { is: 'installed', version }
  if (!['', 'not-installed', 'config-files'].includes(state)) return { is: 'half-installed', state }
  const candidate = perhaps(facts, 'nightly_candidate')
  return { is: 'missing', candidate: candidate === '(none)' ? undefined : candidate }
}

const readOurs = (lines: readonly string[]) => (lines.length === 0 ? undefined : textOf(lines))

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')

function readFiles(lines: readonly string[]): Nightly['files'] {
  const files = new Map<string, string[]>()
  for (const line of lines) {
    const bar = line.indexOf('|')
    if (bar === -1) throw new FactError(`a line of a file without its path: ${line.slice(0, 60)}`)
    const path = line.slice(0, bar)
    files.set(path, [...(files.get(path) ?? []), line.slice(bar + 1)])
  }
  return [...files].map(([path, its]) => ({ path, text: textOf(its) }))
}

// `Id=apt-daily.timer|LoadState=loaded|ActiveState=active|…|`, in an order of systemd's own.
function readTimer(line: string): NightlyTimer {
  const shown = new Map(line.split('|').map((part) => [part.split('=')[0], part.slice(part.indexOf('=') + 1)]))
  const unit = shown.get('Id')
  if (!unit) throw new FactError(`systemd did not show a timer: ${line.slice(0, 60)}`)
  const next = /^\w+ (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) UTC$/.exec(shown.get('NextElapseUSecRealtime') ?? '')
  return {
    unit,
    load: shown.get('LoadState') ?? '',
    isEnabled: isEnabled(shown.get('UnitFileState')),
    isActive: shown.get('ActiveState') === 'active',
    isRunning: shown.get('SubState') === 'running',
    nextAt: next === null ? undefined : Date.parse(`${next[1]}T${next[2]}Z`) / 1000,
  }
}

// Enabled until the next boot only is not enough.
const isEnabled = (state: string | undefined) => /^(enabled|static|alias|generated|linked)$/.test(state ?? '')

// `timer apt-daily.timer enabled active`, `package unattended-upgrades`, `proved 0af3…`, as our own scripts note them.
function readWas(lines: readonly string[]): Nightly['was'] {
  const words = lines.map((line) => line.split(' '))
  const timers = words
    .filter(([kind]) => kind === 'timer')
    .map(([, unit = '', enabled, active]) => ({ unit, isEnabled: isEnabled(enabled), isActive: active === 'active' }))
  return {
    timers: words.some(([kind]) => kind === 'scheduler') ? timers : undefined,
    proved: words.find(([kind]) => kind === 'proved')?.[1],
    packages: words.flatMap(([kind, name]) => (kind === 'package' && name !== undefined ? [name] : [])),
  }
}
