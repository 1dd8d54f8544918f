import { describe, expect, it } from 'vitest'
import { readDisk } from '../../../src/remote/facts/disk.ts'
import { buildFields } from '../../support/builders/build-fields.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const head = 'Filesystem     1024-blocks     Used Available Capacity Mounted on'
const df = `shift 2
  echo '${head}'
  for path; do case $path in
    */boot) echo '/dev/vda2 1000000 940000 10000 99% /boot' ;;
    *) echo '/dev/vda1 40000000 10000000 28000000 27% /' ;;
  esac; done`
const folders = { 'var/log/x': '', 'boot/config': '' }
const mounts =
  '/dev/vda1 / ext4 rw,relatime 0 0\n/dev/vda2 /boot ext4 rw 0 0\n/dev/vda2 /boot ext4 ro,errors=remount-ro 0 0\n'

describe.each(shells())('facts/disk.sh under $name', (shell) => {
  it('prints each file system once, with its free space and whether it is read-only', () => {
    const server = fakeServer({ files: { ...folders, 'proc/mounts': mounts }, tools: { df } })

    expect(server.facts(['disk'], shell).disk).toEqual({
      status: 'known',
      value: [
        { path: '/', totalBytes: 40_960_000_000, freeBytes: 28_672_000_000, isReadOnly: false },
        { path: '/boot', totalBytes: 1_024_000_000, freeBytes: 10_240_000, isReadOnly: true },
      ],
    })
  })

  it('asks df only for folders that exist', () => {
    const onlyRoot = `[ "$*" = "-P -k $MAESTRO_ROOT/" ] && printf '%s\\n' '${head}' '/dev/vda1 40000000 10000000 28000000 27% /'`
    const server = fakeServer({ files: { 'proc/mounts': mounts }, tools: { df: onlyRoot } })

    expect(server.facts(['disk'], shell).disk).toMatchObject({ status: 'known', value: [{ path: '/' }] })
  })

  it('is unknown when df hangs on a network file system', () => {
    const server = fakeServer({ files: { ...folders, 'proc/mounts': mounts }, tools: { df, timeout: 'exit 124' } })

    expect(server.facts(['disk'], shell).disk).toEqual({ status: 'unknown', why: 'df gave no answer within 10 s' })
  })
})

describe('readDisk', () => {
  it('rejects a line that is not from df', () => {
    expect(() => readDisk(buildFields({ disk: 'df: no file systems processed' }))).toThrow("df's answer cannot be read")
  })
})
