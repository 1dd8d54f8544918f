import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runMaestro } from '../support/fixtures/loopback-fleet.ts'
import { runAtTerminal } from '../support/fixtures/terminal.ts'
import { itNeeds } from '../support/tools.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-init-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, text: string) => writeFileSync(join(folder, name), text)
const get = (name: string) => readFileSync(join(folder, name), 'utf8')
const inventory = '[web]\nweb-[1:2] ansible_user=ops\n[postgres]\ndb-1 ansible_host=203.0.113.21 ansible_port=2222\n'

describe('maestro manifest init', () => {
  it('writes a valid manifest from an Ansible inventory, and prints the next step', async () => {
    put('inventory.ini', inventory)

    const run = await runMaestro(folder, ['manifest', 'init', '--from-ansible', 'inventory.ini'])
    const check = await runMaestro(folder, ['manifest', 'check'])
    const servers = await runMaestro(folder, ['manifest', 'servers', '--output', 'json'])

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(run.stdout).toMatch(/^Manifest\.yml: ok; 3 servers.*\nnext: maestro doctor .*\nthen: maestro status /)
    expect(check.exitCode).toBe(0)
    expect(JSON.parse(servers.stdout.split('\n')[2] ?? '')).toMatchObject({
      server: 'db-1',
      groups: ['postgresql'],
      address: '203.0.113.21',
      port: 2222,
    })
  })

  it('writes a manifest from an ssh config, which then has the addresses', async () => {
    put('hosts', 'Host web-1 web-2\n  HostName %h.example.com\nHost github.com\n  User git\n')

    const run = await runMaestro(folder, ['manifest', 'init', '--from-ssh-config', 'hosts'])

    expect(run).toMatchObject({ exitCode: 0, stderr: 'note: github.com is left out: it keeps code\n' })
    expect(get('Manifest.yml')).toContain('- server: {unique_name: web-2}')
    expect(get('Manifest.yml')).toContain('ssh: {config: "./hosts"}')
  })

  it('replaces no file without --yes', async () => {
    put('inventory.ini', inventory)
    put('Manifest.yml', 'mine\n')

    const refused = await runMaestro(folder, ['manifest', 'init', '--from-ansible', 'inventory.ini'])
    const kept = get('Manifest.yml')
    const agreed = await runMaestro(folder, ['manifest', 'init', '--from-ansible', 'inventory.ini', '--yes'])

    expect(refused.exitCode).toBe(4)
    expect(refused.stderr).toContain('Manifest.yml exists already and was not changed')
    expect(kept).toBe('mine\n')
    expect(agreed.exitCode).toBe(0)
    expect(get('Manifest.yml')).toContain('unique_name: db-1')
  })

  it.each([
    [[], '--from-ssh-config [file] or --from-ansible <file>'],
    [['--from-ansible', 'nowhere.ini'], 'nowhere.ini cannot be read: no such file'],
    [['--from-ssh-config', 'nowhere'], 'nowhere cannot be read: no such file'],
    [['--from-ssh-config', 'empty'], 'empty names no server'],
    [['--from-ssh-config', '--from-ansible', 'empty'], 'two sources'],
  ])('with %j and without a terminal exits 2 and names the missing flag', async (args, words) => {
    put('empty', '')

    const run = await runMaestro(folder, ['manifest', 'init', ...args])

    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain(words)
    expect(existsSync(join(folder, 'Manifest.yml'))).toBe(false)
  })

  itNeeds(['script'])('asks on a terminal for what no source has', async () => {
    const run = await runAtTerminal(folder, {
      args: ['manifest', 'init', '-m', 'Asked.yml'],
      answers: {
        'nowhere yet': '\u001b[A\r',
        'Servers of the application': 'web-[1-2].example.com app-1=203.0.113.7\r',
        'Databases:': 'db-1\r',
        'Which database': '\r',
        'Load balancers': '\r',
        'User who logs in': 'deploy\r',
      },
    })

    expect(run.exitCode).toBe(0)
    expect(run.stdout).toContain('Asked.yml: ok; 4 servers (docker 3, postgresql 1)')
    expect(get('Asked.yml')).toContain('- server: {unique_name: app-1, address: 203.0.113.7}')
    expect(get('Asked.yml')).toContain('ssh: {user: deploy}')
  })

  itNeeds(['script'])('asks before it replaces a file, and keeps it on no', async () => {
    put('Manifest.yml', 'mine\n')
    put('inventory.ini', inventory)

    const run = await runAtTerminal(folder, {
      args: ['manifest', 'init', '--from-ansible', 'inventory.ini'],
      answers: { 'Replace it?': 'n\r' },
    })

    expect(run.exitCode).toBe(4)
    expect(get('Manifest.yml')).toBe('mine\n')
  })

  itNeeds(['script'])('writes nothing after Ctrl-C and exits 130', async () => {
    const run = await runAtTerminal(folder, { args: ['manifest', 'init'], answers: { 'nowhere yet': '\u0003' } })

    expect(run.exitCode).toBe(130)
    expect(existsSync(join(folder, 'Manifest.yml'))).toBe(false)
  })
})
