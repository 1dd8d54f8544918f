import { hashOfName, readKnownHostsLine } from './known-hosts-line.ts'

/** The text of a known_hosts file without what it vouches for one host: as `ssh-keygen -R`, but other names of a line stay. */
export function removeHost(text: string, name: string): string {
  return text
    .split('\n')
    .flatMap((line) => withoutName(line, name.toLowerCase()))
    .join('\n')
}

// A revoked key stays so, and an authority is of many hosts.
function withoutName(text: string, name: string): readonly string[] {
  const line = readKnownHostsLine(text)
  if (line === undefined || line.marker !== undefined) return [text]
  const { names } = line
  if (names.kind === 'hashed') return hashOfName(names.salt, name) === names.hash.toString('base64') ? [] : [text]
  const [written = ''] = text.trim().split(/\s/)
  const all = written.split(',')
  const others = all.filter((one) => one.toLowerCase() !== name)
  if (others.length === all.length) return [text]
  return others.length === 0 ? [] : [text.replace(written, () => others.join(','))]
}
