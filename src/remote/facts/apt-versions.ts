/** A package with versions newer than the installed one, as `apt-cache policy` tells it. */
export interface NewerPackage {
  readonly name: string
  readonly installed: string
  readonly candidate: string
  /** Newest first; none that is as old as the installed one. */
  readonly versions: readonly Version[]
}

interface Version {
  readonly version: string
  /** How far a phased update has come: `20%`. */
  readonly phased: string | undefined
  readonly sources: readonly Source[]
}

interface Source {
  /** As in `Ubuntu:noble-security`. */
  readonly name: string
  readonly isSecurity: boolean
}

/** Reads the stanzas of `apt-cache policy NAME…`, whose sources are told apart by the list that a bare `apt-cache policy` gives. */
export function newerPackages(stanzas: readonly string[], list: readonly string[]): readonly NewerPackage[] {
  const sources = sourcesOf(list)
  const starts = stanzas.flatMap((line, index) => (/^\S/.test(line) ? [index] : []))
  return starts.map((start, index) => readStanza(stanzas.slice(start, starts[index + 1]), sources))
}

/** The security pockets in that list, each once. */
export function securityOrigins(list: readonly string[]): readonly string[] {
  const sources = [...sourcesOf(list).values()].filter(({ isSecurity }) => isSecurity)
  return [...new Set(sources.map(({ name }) => name))]
}

function readStanza(lines: readonly string[], sources: ReadonlyMap<string, Source>): NewerPackage {
  const field = (name: string) => lines.find((line) => line.startsWith(`  ${name}: `))?.slice(name.length + 4) ?? ''
  return {
    name: lines[0]?.replace(/:$/, '') ?? '',
    installed: field('Installed'),
    candidate: field('Candidate'),
    versions: readVersions(lines, sources),
  }
}

// `     1.2 500 (phased 20%)`, and under it each source: `        500 http://archive.ubuntu.com/ubuntu noble-updates/main amd64 Packages`.
function readVersions(lines: readonly string[], sources: ReadonlyMap<string, Source>): readonly Version[] {
  const versions: { version: string; phased: string | undefined; sources: Source[] }[] = []
  for (const line of lines) {
    const version = /^ {5}(\S+) -?\d+(?: \(phased (\d+%)\))?/.exec(line)
    const place = /^ {6,}-?\d+ (.+)$/.exec(line)?.[1]
    if (version?.[1] !== undefined) versions.push({ version: version[1], phased: version[2], sources: [] })
    else if (place !== undefined)
      versions.at(-1)?.sources.push(sources.get(place) ?? { name: place, isSecurity: false })
  }
  return versions
}

// ` 500 http://… noble-security/main amd64 Packages`, and under it `     release v=24.04,o=Ubuntu,a=noble-security,n=noble,l=Ubuntu,…`.
function sourcesOf(list: readonly string[]): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>()
  list.forEach((line, index) => {
    const place = /^ {0,4}-?\d+ (.+)$/.exec(line)?.[1]
    const release = /^ {5}release (.*)$/.exec(list[index + 1] ?? '')?.[1]
    if (place !== undefined && release !== undefined) sources.set(place, readRelease(release))
  })
  return sources
}

// Debian's suite changes its name on a release day (stable, oldstable), its label never.
function readRelease(release: string): Source {
  const fields = new Map(release.split(',').map((field): [string, string] => [field.slice(0, 1), field.slice(2)]))
  const [origin = '', suite = fields.get('n') ?? ''] = [fields.get('o'), fields.get('a')]
  const isSecurity =
    suite.endsWith('-security') || /^UbuntuESM(Apps)?$/.test(origin) || fields.get('l') === 'Debian-Security'
  return { name: `${origin}:${suite}`, isSecurity }
}
