import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const config = `global
  stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners
  stats socket unix@/run/other.sock level operator
  # stats socket /run/not.sock level admin
`
const stat = "case $3 in */admin.sock) echo 'socket|there root:haproxy 660' ;; *) exit 1 ;; esac"

describe.each(shells())('facts/tools.sh, systemd.sh and haproxy.sh under $name', (shell) => {
  it('tools.sh prints missing tools', () => {
    const tools = { 'apt-get': ':', dpkg: ':' }

    expect(fakeServer({ tools }).facts(['tools'], shell).tools).toEqual({
      status: 'known',
      value: { missing: expect.arrayContaining(['apt-cache', 'dpkg-query']) },
    })
  })

  it('systemd.sh prints the state of systemd and its shutdown inhibitors', () => {
    const systemctl = `case $1 in
      is-system-running) echo degraded; exit 1 ;;
      list-units) echo 'bad.service loaded failed failed Bad' ;;
    esac`
    const inhibit = `echo 'WHO UID USER PID COMM WHAT WHY MODE'
      echo 'Backup 0 root 9 tar  shutdown  running  block'; echo 'Sync 0 root 9 s sleep x delay'`
    const server = fakeServer({
      files: { 'run/systemd/system': null },
      tools: { systemctl, 'systemd-inhibit': inhibit, 'systemd-run': ':' },
    })

    expect(server.facts(['systemd'], shell).systemd).toEqual({
      status: 'known',
      value: {
        state: 'degraded',
        canRunUnits: true,
        failed: ['bad.service'],
        inhibitors: ['Backup 0 root 9 tar shutdown running block'],
      },
    })
  })

  it('systemd.sh prints that there is no systemd', () => {
    expect(fakeServer().facts(['systemd'], shell).systemd).toMatchObject({
      value: { state: 'none', canRunUnits: false },
    })
  })

  it('haproxy.sh prints the sockets of HAProxy and their owners', () => {
    const server = fakeServer({ files: { 'etc/haproxy/haproxy.cfg': config }, tools: { stat, socat: ':' } })

    expect(server.facts(['haproxy'], shell).haproxy).toEqual({
      status: 'known',
      value: {
        sockets: [
          { path: '/run/haproxy/admin.sock', isAdmin: true, isThere: true, owner: 'root:haproxy 660' },
          { path: '/run/other.sock', isAdmin: false, isThere: false, owner: undefined },
        ],
        hasSocat: true,
      },
    })
  })

  it('haproxy.sh prints that there is no HAProxy', () => {
    expect(fakeServer().facts(['haproxy'], shell).haproxy).toEqual({ status: 'known', value: null })
  })
})
