import { isPattern } from './desired-config.ts'

type System = { readonly id: string; readonly codename: string }

/** An origin in the words of unattended-upgrade's log: `o=Ubuntu,a=noble-security`, without variables. */
export function substituted(origin: string, { id, codename }: System): string {
  const variables: Readonly<Record<string, string>> = { id: `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`, codename }
  const named = origin.replaceAll(/\$\{distro_(\w+)\}/g, (whole, name) => variables[name] ?? whole)
  return isPattern(named) ? named : `o=${named.replace(':', ',a=')}`
}

// A key of a pattern, and the letter under which `apt-cache policy` shows it.
const letters: Readonly<Record<string, string>> = {
  origin: 'o',
  label: 'l',
  suite: 'a',
  archive: 'a',
  codename: 'n',
  component: 'c',
}

/** Whether a release of `apt-cache policy` (`v=12,o=Debian,a=stable-security,…`) is from an origin; `site` is not shown there. */
export function hasRelease(release: string, origin: string): boolean {
  const shown = new Map(
    release.split(',').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  )
  return origin.split(',').every((part) => {
    const [key = '', pattern = ''] = part.split('=').map((word) => word.trim())
    return key === 'site' || glob(pattern).test(shown.get(letters[key] ?? key) ?? '')
  })
}

const glob = (pattern: string) =>
  new RegExp(
    `^${pattern
      .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
