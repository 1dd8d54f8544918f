import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readConfigFiles } from '../../../src/ssh/config/files.ts'
import { askSsh, optionsWithoutConfig } from '../../../src/ssh/config/ssh-config.ts'
import { itNeeds } from '../../support/tools.ts'

let folder: string
let configFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-config-'))
  configFile = join(folder, 'config')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const write = (text: string, path = configFile) => writeFileSync(path, text)

// A stand-in that counts how often it is asked.
function countingSsh(): () => number {
  const log = join(folder, 'asked')
  write('', log)
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\necho >> '${log}'\necho hostname somewhere\n`, { mode: 0o755 })
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
  return () => readFileSync(log, 'utf8').length
}

describe('askSsh with ssh -G', () => {
  itNeeds(['ssh'])('lets ssh resolve Include, Match, tokens and explicit options', async () => {
    write(`Include ${join(folder, 'more')}\nHost web-*\n  HostName %h.example.org\n  Port 2222\n  ProxyJump gate\n`)
    write('Match user deploy host web-1*\n  IdentityFile ~/.ssh/fleet_%r\n', join(folder, 'more'))

    const options = await askSsh({ host: 'web-1', user: 'deploy', port: 2022, configFile })

    expect(options).toMatchObject({
      hostName: 'web-1.example.org',
      port: 2022,
      user: 'deploy',
      identityFiles: ['~/.ssh/fleet_%r'],
      proxyJump: 'gate',
    })
  })

  itNeeds(['ssh'])('returns the same as optionsWithoutConfig when there is no config', async () => {
    write('')
    const without = optionsWithoutConfig({ host: 'Web-1' }, userInfo().username)

    const { hostKeyAlgorithms: _, ...asked } = await askSsh({ host: 'Web-1', configFile })

    // The rest of ssh's keys are of kinds that this transport cannot use.
    const usable = asked.identityFiles.filter((file) => !/_sk|xmss|dsa$/.test(file) || file.endsWith('ecdsa'))
    const knownHostsFiles = asked.knownHostsFiles.map((file) => file.replace(homedir(), '~'))
    expect({ ...asked, identityFiles: usable, knownHostsFiles }).toEqual({
      ...without,
      family: undefined,
      bindAddress: undefined,
    })
  })

  itNeeds(['ssh'])('quotes the error of ssh for an invalid config', async () => {
    write('Host web-1\n  Porrt 22\n')

    await expect(askSsh({ host: 'web-1', configFile })).rejects.toThrow(/cannot be used: .*porrt/i)
  })

  it('rejects a host name that looks like an option', async () => {
    await expect(askSsh({ host: '-oProxyCommand=false' })).rejects.toThrow('cannot be the name of a host')
  })

  it('runs ssh once while no config file changes', async () => {
    const asked = countingSsh()
    write(`Include ${join(folder, 'more')}\n`)
    const ask = () => askSsh({ host: 'web-1', configFile })

    await Promise.all([ask(), ask(), ask()])
    const before = asked()
    write('User ana\n', join(folder, 'more'))
    await ask()

    expect([before, asked()]).toEqual([1, 2])
  })

  it.each(['Match exec "true"', 'Match localnetwork 192.0.2.0/24', 'CanonicalizeHostname yes'])(
    'runs ssh every time when the config has %s',
    async (line) => {
      const asked = countingSsh()
      write(`${line}\n  User ana\n`)

      await askSsh({ host: 'web-1', configFile })
      await askSsh({ host: 'web-1', configFile })

      expect(asked()).toBe(2)
    },
  )
})

describe('askSsh without an ssh program', () => {
  const ask = async (text: string, question: object = {}) => {
    vi.stubEnv('PATH', folder)
    write(text)
    const warnings: string[] = []
    const options = await askSsh({ host: 'web-1', configFile, ...question }, (warning) => void warnings.push(warning))
    return { options, warnings }
  }

  it('reads HostName, User, Port, IdentityFile and ProxyJump; the first value wins', async () => {
    const { options, warnings } = await ask(`# mine
Host db-* !web-1 web-*
  User nobody
Host web-?
  HostName %h.example.org
  Port=2222
  User "ana"
  IdentityFile ~/.ssh/fleet
Host *
  User root
  IdentityFile ~/.ssh/all
  ProxyJump gate
`)

    expect(options).toMatchObject({
      hostName: 'web-1.example.org',
      port: 2222,
      user: 'ana',
      identityFiles: ['~/.ssh/fleet', '~/.ssh/all'],
      proxyJump: 'gate',
      strictHostKeyChecking: 'ask',
    })
    expect(warnings).toEqual([])
  })

  it('prefers explicit options', async () => {
    const { options } = await ask('User ana\nPort 2222\n', { user: 'deploy', port: 22, identityFiles: ['mine'] })

    expect(options).toMatchObject({ user: 'deploy', port: 22, identityFiles: ['mine'] })
  })

  it('warns about keywords that it ignores', async () => {
    const { options, warnings } = await ask('StrictHostKeyChecking no\nMatch user ana\n  Port 2222\n')

    expect(options).toMatchObject({ port: 22, strictHostKeyChecking: 'ask' })
    expect(warnings).toEqual([
      'there is no ssh program here to understand the ssh config: it is read without match, stricthostkeychecking',
    ])
  })
})

describe('readConfigFiles', () => {
  const home = () => folder
  const inSsh = (name: string, text: string) => {
    mkdirSync(join(folder, '.ssh', 'conf.d'), { recursive: true })
    write(text, join(folder, '.ssh', name))
  }

  it('changes when an included file is added, changed or removed', async () => {
    inSsh('config', 'Include conf.d/*.conf\n')
    const seen = [await readConfigFiles(undefined, home()), await readConfigFiles(undefined, home())]

    inSsh('conf.d/a.conf', 'User ana\n')
    seen.push(await readConfigFiles(undefined, home()))
    utimesSync(join(folder, '.ssh/conf.d/a.conf'), 1, 1)
    seen.push(await readConfigFiles(undefined, home()))
    rmSync(join(folder, '.ssh/conf.d/a.conf'))
    seen.push(await readConfigFiles(undefined, home()))

    expect(seen[0]).toBe(seen[1])
    expect(new Set(seen).size).toBe(4)
  })

  it('has content as soon as one line has', async () => {
    inSsh('config', 'Include conf.d/a.conf\nHost *\n  SendEnv LANG\n')
    const before = await readConfigFiles(undefined, home())
    inSsh('conf.d/a.conf', 'User ana\n')

    const after = await readConfigFiles(undefined, home())

    expect([before.isMeaningful, after.isMeaningful]).toEqual([false, true])
  })

  it('is not cached when only ssh can resolve the files', async () => {
    inSsh('config', `Include \${HOME}/more\n`)

    expect((await readConfigFiles(undefined, home())).isVolatile).toBe(true)
  })
})
