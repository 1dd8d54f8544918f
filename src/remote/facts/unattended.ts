import { allOf, optionalWholeNumber, required, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface UnattendedStatus {
  readonly isInstalled: boolean
  /** Whether apt's effective configuration and the timers make it run daily. */
  readonly isDaily: boolean
  readonly why: string | undefined
  readonly origins: readonly string[]
  readonly rebootsByItself: boolean
  /** Epoch seconds; undefined: never, or the log cannot be read. */
  readonly lastRunAt: number | undefined
  readonly nextRunAt: number | undefined
}

type Options = readonly (readonly [name: string, value: string])[]
type Timer = { readonly state: string; readonly nextAt: number | undefined }

/** What is configured for the nights; that it works is proved elsewhere, by a dry run. */
export function readUnattended(facts: Fields): UnattendedStatus {
  const options = allOf(facts, 'unattended_option').flatMap(readOption)
  const timers = allOf(facts, 'unattended_timer').map(readTimer)
  const isInstalled = yesOrNo(facts, 'unattended_installed')
  const why = isInstalled ? whyNotDaily(options, required(facts, 'unattended_scheduler'), timers) : undefined
  return {
    isInstalled,
    isDaily: isInstalled && why === undefined,
    why,
    origins: originsOf(options, facts),
    rebootsByItself: isTrue(last(options, 'Unattended-Upgrade::Automatic-Reboot')),
    lastRunAt: optionalWholeNumber(facts, 'unattended_last'),
    nextRunAt: timers.at(-1)?.nextAt,
  }
}

// `APT::Periodic::Unattended-Upgrade "1";`
function readOption(line: string): Options {
  const [, name, value] = /^(\S+) "(.*)";$/.exec(line) ?? []
  return name === undefined || value === undefined ? [] : [[name, value]]
}

const last = (options: Options, name: string) =>
  options.findLast(([one]) => one.toLowerCase() === name.toLowerCase())?.[1]

/** Whether apt reads that as yes. */
export const isTrue = (value: string | undefined) => /^(1|yes|true|with|on|enable)$/i.test(value ?? '')

function whyNotDaily(options: Options, scheduler: string, timers: readonly Timer[]): string | undefined {
  const names = ['Enable', 'Update-Package-Lists', 'Unattended-Upgrade']
  const off = names.find((name) => !isDaily(last(options, `APT::Periodic::${name}`) ?? (name === 'Enable' ? '1' : '0')))
  if (off !== undefined) return `APT::Periodic::${off} is not set to every day`
  if (scheduler === 'none') return 'neither systemd nor cron runs it'
  const stopped = timers.find(({ state }) => state !== 'active')
  return stopped === undefined ? undefined : "apt's daily timers are stopped"
}

/** Whether a period of apt.systemd.daily is at most a day: days, or a number with s, m, h or d; `always` is each time that the timer fires; 0 is never. */
export function isDaily(value: string): boolean {
  if (value === 'always') return true
  const { count, unit } = /^(?<count>\d+)(?<unit>[smhd]?)$/.exec(value)?.groups ?? {}
  const seconds = Number(count) * ({ s: 1, m: 60, h: 3600 }[unit ?? ''] ?? 86_400)
  return seconds > 0 && seconds <= 86_400
}

// `Id=apt-daily.timer|ActiveState=active|NextElapseUSecRealtime=Tue 2026-11-24 06:05:11 UTC|LastTriggerUSec=…|`
function readTimer(line: string): Timer {
  const state = /(?:^|\|)ActiveState=([^|]*)/.exec(line)?.[1] ?? ''
  const next = /(?:^|\|)NextElapseUSecRealtime=\w+ (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) UTC/.exec(line)
  return { state, nextAt: next === null ? undefined : Date.parse(`${next[1]}T${next[2]}Z`) / 1000 }
}

// `Allowed-Origins` is Ubuntu's form, `Origins-Pattern` Debian's; both may name the distribution by a variable, which
// stays as it is where the system was not asked for.
function originsOf(options: Options, facts: Fields): readonly string[] {
  const lines = allOf(facts, 'os_release').map((line) => line.replaceAll('"', '').split('='))
  const value = (name: string) => lines.find(([one]) => one === name)?.[1]
  const variables: Readonly<Record<string, string | undefined>> = {
    id: capital(value('ID')),
    codename: value('VERSION_CODENAME'),
  }
  return options
    .filter(([name]) => /^Unattended-Upgrade::(Allowed-Origins|Origins-Pattern)::/i.test(name))
    .map(([, origin]) => origin.replaceAll(/\$\{distro_(\w+)\}/g, (whole, name) => variables[name] ?? whole))
}

const capital = (word: string | undefined) => word && `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
