import { type AptSetting, listOf, optionOf, readAptConf, withSettings } from '../../remote/apt-conf.ts'
import type { PeriodicUpgrades } from '../../remote/facts/periodic.ts'
import { type Family, fileText, listNames, neverTaken, originsFor, ourFile, scalars } from './desired-config.ts'
import type { UnattendedOptions } from './options.ts'

type File = { readonly path: string; readonly settings: readonly AptSetting[] }

/** What our file changes of what holds on a server, in lines for people; nothing when all is as wanted. */
export function diff(nightly: PeriodicUpgrades, family: Family, options: UnattendedOptions): readonly string[] {
  const text = fileText(family, options)
  if (nightly.ours === text && isMet(nightly, family, options)) return []
  return [
    ...fileLine(nightly.ours, text),
    ...scalars.flatMap((scalar) => scalarLine(nightly, scalar)),
    ...listOf(nightly.options, listNames.days).map((day) => `- only on ${day}`),
    ...originLines(nightly, after(nightly, text)),
    ...neverLines(nightly, options),
    ...keptLines(nightly, family, options),
  ]
}

function fileLine(ours: string | undefined, text: string): readonly string[] {
  if (ours === undefined) return [`+ ${ourFile}`]
  return ours === text ? [] : [`~ ${ourFile}`]
}

function isMet({ options: now }: PeriodicUpgrades, family: Family, options: UnattendedOptions): boolean {
  const { security, release } = originsFor(family, options)
  const origins = originsOf(now)
  const never = listOf(now, listNames.never)
  return (
    scalars.every(({ name, isMet }) => isMet(optionOf(now, name))) &&
    [...security, ...release].every((origin) => origins.includes(origin)) &&
    neverTaken(options).every((regex) => never.includes(regex)) &&
    listOf(now, listNames.days).length === 0
  )
}

/** What holds once our file is there: that, and what files after it say. */
function after(nightly: PeriodicUpgrades, text: string): readonly AptSetting[] {
  return laterFiles(nightly).reduce((settings, file) => withSettings(settings, file.settings), readAptConf(text))
}

/** Why a file that apt reads after ours would spoil it, as a sentence; undefined when none does. */
export function conflict(nightly: PeriodicUpgrades, family: Family, options: UnattendedOptions): string | undefined {
  const wanted = readAptConf(fileText(family, options))
  let settings = wanted
  for (const { path, settings: its } of laterFiles(nightly)) {
    settings = withSettings(settings, its)
    const spoilt = firstOverridden(wanted, settings)
    if (spoilt !== undefined)
      return `${path}, which apt reads after ${ourFile}, ${spoilt}: change that file, or remove it`
  }
  return undefined
}

function firstOverridden(wanted: readonly AptSetting[], settings: readonly AptSetting[]): string | undefined {
  const scalar = scalars.find(({ name, isMet }) => !isMet(optionOf(settings, name)))
  if (scalar !== undefined) return `sets ${scalar.name} "${optionOf(settings, scalar.name) ?? ''}"`
  if (listOf(settings, listNames.days).length > 0) return `sets ${listNames.days}`
  const lists = [listNames.allowed, listNames.patterns, listNames.never]
  const cleared = lists.find((name) => {
    const items = listOf(settings, name)
    return listOf(wanted, name).some((item) => !items.includes(item))
  })
  return cleared === undefined ? undefined : `clears ${cleared}`
}

const readFile = ({ path, text }: PeriodicUpgrades['files'][number]): File => ({ path, settings: readAptConf(text) })

// apt.conf itself comes after the whole folder.
const laterFiles = ({ files }: PeriodicUpgrades) => files.filter(({ path }) => !isEarlier(path)).map(readFile)
const isEarlier = (path: string) => path.startsWith('/etc/apt/apt.conf.d/') && path < ourFile

const originsOf = (settings: readonly AptSetting[]) => [
  ...listOf(settings, listNames.allowed),
  ...listOf(settings, listNames.patterns),
]

function scalarLine(nightly: PeriodicUpgrades, { name, value, isMet }: (typeof scalars)[number]): readonly string[] {
  const now = optionOf(nightly.options, name)
  if (isMet(now)) return []
  if (now === undefined) return [`+ ${name} "${value}"`]
  return [`~ ${name} "${now}" -> "${value}"${whose(nightly, name)}`]
}

/** The file that an effective value comes from, as far as one can be named. */
function whose({ files }: PeriodicUpgrades, name: string): string {
  const file = files.map(readFile).findLast(({ settings }) => optionOf(settings, name) !== undefined)
  return file === undefined ? '' : ` (${file.path})`
}

function originLines({ options: now }: PeriodicUpgrades, settings: readonly AptSetting[]): readonly string[] {
  const [before, then] = [originsOf(now), originsOf(settings)]
  return [
    ...then.filter((origin) => !before.includes(origin)).map((origin) => `+ origin ${origin}`),
    ...before.filter((origin) => !then.includes(origin)).map((origin) => `- origin ${origin}`),
  ]
}

function neverLines({ options: now }: PeriodicUpgrades, options: UnattendedOptions): readonly string[] {
  const before = listOf(now, listNames.never)
  const more = neverTaken(options).filter((regex) => !before.includes(regex))
  return more.length === 0 ? [] : [`+ never ${more.map(nameOf).join(', ')}`]
}

const nameOf = (regex: string) => regex.replace(/\$$/, '').replaceAll('.*', '*').replaceAll(/\\(.)/g, '$1')

function keptLines(nightly: PeriodicUpgrades, family: Family, options: UnattendedOptions): readonly string[] {
  const ours = originsOf(readAptConf(fileText(family, options)))
  const added = laterFiles(nightly).flatMap(({ path, settings }) =>
    originsOf(settings)
      .filter((origin) => !ours.includes(origin))
      .map((origin) => `= origin ${origin} stays (${path})`),
  )
  const edited = '/etc/apt/apt.conf.d/50unattended-upgrades'
  return [...(nightly.isEdited ? [`= ${edited} stays as it was changed here`] : []), ...added]
}

/** What holds again without our file, where a file of this server says otherwise than ours. */
export function diffBack(nightly: PeriodicUpgrades): readonly string[] {
  const settings = nightly.files.map(readFile)
  return scalars.flatMap(({ name, value, isMet }) => {
    const file = settings.findLast((one) => optionOf(one.settings, name) !== undefined)
    const before = file && optionOf(file.settings, name)
    return file === undefined || isMet(before) ? [] : [`~ ${name} "${value}" -> "${before}" (${file.path})`]
  })
}
