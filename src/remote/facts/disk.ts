import { allOf, FieldError } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface Disk {
  readonly path: string
  readonly totalBytes: number
  readonly freeBytes: number
  readonly isReadOnly: boolean
}

/** The file systems of /, /var and /boot, each once. */
export function readDisk(facts: Fields): readonly Disk[] {
  const options = allOf(facts, 'disk_options')
  const disks = allOf(facts, 'disk').map((line, index) => readDiskLine(line, options[index]))
  return disks.filter(({ path }, index) => disks.findIndex((other) => other.path === path) === index)
}

/** A line of df -P, `/dev/vda 263174212 23500000 239674212 9% /`, and the options of its mount. */
export function readDiskLine(line: string, options = ''): Disk {
  const [, total, free, path] = /^.*\s(\d+)\s+\d+\s+(\d+)\s+\S+\s+(\/.*)$/.exec(line) ?? []
  if (path === undefined) throw new FieldError(`df's answer cannot be read: ${line}`)
  const bytes = (kilobytes: string | undefined) => Number(kilobytes) * 1024
  return { path, totalBytes: bytes(total), freeBytes: bytes(free), isReadOnly: options.split(',').includes('ro') }
}
