import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const config = `global
  stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners
  stats socket unix@/run/other.sock level operator
  # stats socket /run/not.sock level admin
`
const stat = "case $3 in */admin.sock) echo 'socket|there root:haproxy 660' ;; *) exit 1 ;; esac"

describe.each(shells())('what only the doctor asks, under $name', (shell) => {
  it('tells which tools are missing', () => {
    const tools = { 'apt-get': ':', dpkg: ':' }

    expect(fakeServer({ tools }).facts(['tools'], shell).tools).toEqual({
      status: 'known',
      value: { missing: expect.arrayContaining(['apt-cache', 'dpkg-query']) },
    })
  })

  it('tells how systemd fares and who blocks a shutdown', () => {
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

  it('tells that systemd is not there', () => {
    expect(fakeServer().facts(['systemd'], shell).systemd).toMatchObject({
      value: { state: 'none', canRunUnits: false },
    })
  })

  it("tells HAProxy's sockets, and who may use them", () => {
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

  it('tells that there is no HAProxy', () => {
    expect(fakeServer().facts(['haproxy'], shell).haproxy).toEqual({ status: 'known', value: null })
  })
})
