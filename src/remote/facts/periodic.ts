import type { AptSetting } from '../apt-conf.ts'
import { readAptDump } from '../apt-conf.ts'
import { allOf, FieldError, matching, optional, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

/** All that bears on setting the nightly upgrades up, or on taking that back. */
export interface PeriodicUpgrades {
  readonly package:
    | { readonly status: 'installed'; readonly version: string }
    | { readonly status: 'missing'; readonly candidate: string | undefined }
    | { readonly status: 'half-installed'; readonly state: string }
  /** apt's effective configuration. */
  readonly options: readonly AptSetting[]
  /** Files of apt's configuration with settings that neither their package nor maestro put there, in apt's order. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly isEdited: boolean
  /** The text of maestro's own file. */
  readonly ours: string | undefined
  readonly scheduler: 'systemd' | 'cron' | 'none'
  readonly timers: readonly PeriodicTimer[]
  /** What maestro found before its first change; a part is undefined where it changed nothing of it. */
  readonly was: {
    readonly timers:
      | readonly { readonly unit: string; readonly isEnabled: boolean; readonly isActive: boolean }[]
      | undefined
    readonly packages: readonly string[]
    /** The hash of the file that was last proved to work. */
    readonly proved: string | undefined
  }
}

export interface PeriodicTimer {
  readonly unit: string
  readonly load: string
  readonly isEnabled: boolean
  readonly isActive: boolean
  /** Whether what it starts runs just now, so that there is no next time yet. */
  readonly isRunning: boolean
  /** Epoch seconds. */
  readonly nextAt: number | undefined
}

/** What the nightly upgrades are set to and by which files, and what they were before maestro. */
export function readPeriodic(facts: Fields): PeriodicUpgrades {
  return {
    package: readPackage(facts),
    options: readAptDump(allOf(facts, 'periodic_option')),
    files: readFiles(allOf(facts, 'periodic_file')),
    isEdited: yesOrNo(facts, 'periodic_edited'),
    ours: readOurs(allOf(facts, 'periodic_ours')),
    scheduler: matching(facts, 'periodic_scheduler', /^(systemd|cron|none)$/) as PeriodicUpgrades['scheduler'],
    timers: allOf(facts, 'periodic_timer').map(readTimer),
    was: readWas(allOf(facts, 'periodic_was')),
  }
}

// `install ok installed|2.9.1+nmu3`; the last word of a state is what it is in, the first what is wanted.
function readPackage(facts: Fields): PeriodicUpgrades['package'] {
  const [words = '', version = ''] = optional(facts, 'periodic_package')?.split('|') ?? []
  const state = words.split(' ').at(-1) ?? ''
  if (state === 'installed') return { status: 'installed', version }
  if (!['', 'not-installed', 'config-files'].includes(state)) return { status: 'half-installed', state }
  const candidate = optional(facts, 'periodic_candidate')
  return { status: 'missing', candidate: candidate === '(none)' ? undefined : candidate }
}

const readOurs = (lines: readonly string[]) => (lines.length === 0 ? undefined : textOf(lines))

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')

function readFiles(lines: readonly string[]): PeriodicUpgrades['files'] {
  const files = new Map<string, string[]>()
  for (const line of lines) {
    const bar = line.indexOf('|')
    if (bar === -1) throw new FieldError(`a line of a file without its path: ${line.slice(0, 60)}`)
    const path = line.slice(0, bar)
    files.set(path, [...(files.get(path) ?? []), line.slice(bar + 1)])
  }
  return [...files].map(([path, its]) => ({ path, text: textOf(its) }))
}

// `Id=apt-daily.timer|LoadState=loaded|ActiveState=active|…|`, in an order of systemd's own.
function readTimer(line: string): PeriodicTimer {
  const shown = new Map(line.split('|').map((part) => [part.split('=')[0], part.slice(part.indexOf('=') + 1)]))
  const unit = shown.get('Id')
  if (!unit) throw new FieldError(`systemd did not show a timer: ${line.slice(0, 60)}`)
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
function readWas(lines: readonly string[]): PeriodicUpgrades['was'] {
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
