import { compareVersions } from '../debian-version.ts'
import { allOf, optional, required } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface Kernel {
  readonly running: string
  /** The newest installed of the running kernel's flavour; undefined where none is installed (a container, a kernel from outside). */
  readonly newest: string | undefined
  /** Epoch seconds at which the newest was installed. */
  readonly newestSince: number | undefined
  /** The kernel that the boot loader is told to start instead of the newest; `release` is undefined where its words name none that is installed. */
  readonly pinned: { readonly release: string | undefined; readonly words: string } | undefined
  /** Package versions of the running build and of the installed one, where a package replaced the running release under its own name. */
  readonly rebuilt: { readonly running: string; readonly installed: string } | undefined
}

type Package = { readonly release: string; readonly version: string; readonly since: number | undefined }

/** The running kernel beside the installed ones; a container has none of its own, whatever is installed in it. */
export function readKernel(facts: Fields): Kernel {
  const running = required(facts, 'kernel_running')
  const nothing = { running, newest: undefined, newestSince: undefined, pinned: undefined, rebuilt: undefined }
  if (optional(facts, 'kernel_container') !== undefined) return nothing

  const packages = installedPackages(facts)
  const images = allOf(facts, 'kernel_image').filter(isImage)
  const installed = images.length > 0 ? images : packages.map(({ release }) => release)
  const newest = newestOf(installed, flavourOf(running))
  return {
    running,
    newest,
    newestSince: packages.find(({ release }) => release === newest)?.since,
    pinned: pinnedTo(optional(facts, 'kernel_default'), installed),
    rebuilt: rebuiltUnder(running, packages, runningBuild(facts)),
  }
}

const newestOf = (releases: readonly string[], flavour: string) =>
  releases
    .filter((release) => flavourOf(release) === flavour)
    .toSorted(compareVersions)
    .at(-1)

// What dpkg and kernel-install leave beside the images.
const isImage = (name: string) => /^\d/.test(name) && !/\.(dpkg-\w+|old|bak|efi\.signed|sig|hmac)$/.test(name)

/** `generic` of 6.8.0-45-generic, `cloud-amd64` of 6.1.0-0.deb11.13-cloud-amd64: all after the parts that begin with a digit. */
export function flavourOf(release: string): string {
  const parts = release.split('-')
  const start = parts.findIndex((part) => !/^(\d|rc\d)/.test(part))
  return start === -1 ? '' : parts.slice(start).join('-')
}

function installedPackages(facts: Fields): readonly Package[] {
  return allOf(facts, 'kernel_package').flatMap((line) => {
    const [name = '', version = '', state = '', since = ''] = line.split('|')
    if (!/^.i/.test(state)) return []
    return [{ release: name.slice('linux-image-'.length), version, since: since === '' ? undefined : Number(since) }]
  })
}

// GRUB_DEFAULT is 0, or a number or title or id, of a submenu too: `gnulinux-advanced-<uuid>>gnulinux-6.8.0-40-generic-advanced-<uuid>`.
function pinnedTo(words: string | undefined, installed: readonly string[]): Kernel['pinned'] {
  const entry = words?.replaceAll(/^["']|["']$/g, '') ?? ''
  if (entry === '' || entry === '0' || isPlainEntry(entry)) return undefined
  const named = installed.filter((release) => isNamed(entry, release))
  return { release: named.toSorted((a, b) => b.length - a.length)[0], words: entry }
}

const isPlainEntry = (entry: string) => /^(Ubuntu|Debian GNU\/Linux|gnulinux-simple-[\w-]+)$/.test(entry)

function isNamed(entry: string, release: string): boolean {
  const at = entry.lastIndexOf(release)
  return at !== -1 && !/[\w.+~]/.test(entry[at - 1] ?? ' ') && !/[\w.+~]/.test(entry[at + release.length] ?? ' ')
}

// Debian puts the package's version into `uname -v`, Ubuntu into /proc/version_signature: `Ubuntu 6.8.0-45.45-generic 6.8.12`.
function runningBuild(facts: Fields): string | undefined {
  const debian = /\bDebian (\d\S*)/.exec(optional(facts, 'kernel_build') ?? '')?.[1]
  return debian ?? /^Ubuntu (\d[\w.~]*-[\d.~]+)-/.exec(optional(facts, 'kernel_signature') ?? '')?.[1]
}

function rebuiltUnder(release: string, packages: readonly Package[], running: string | undefined): Kernel['rebuilt'] {
  // A signed image may carry `+1` for being signed again.
  const installed = packages.find((one) => one.release === release)?.version.replace(/\+\d+$/, '')
  if (running === undefined || installed === undefined || running === installed) return undefined
  return { running, installed }
}
