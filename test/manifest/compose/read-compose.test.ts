import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseCompose, readCompose } from '../../../src/manifest/compose/read-compose.ts'
import { readEnvFile } from '../../../src/manifest/compose/read-env-file.ts'
import { composePath, envPath } from '../../support/builders/build-compose-state.ts'

const parse = (text: string, hasEnvFile = true) => parseCompose('compose.yml', text, { hasEnvFile })
const serviceOf = (lines: string) => `services:\n  web:\n    image: shop:1\n${lines}`

describe('parseCompose and readCompose', () => {
  it('read the project name and the image of every service, unexpanded', async () => {
    const { name, services, text } = await readCompose(composePath, { hasEnvFile: true })

    expect({ name, services }).toEqual({
      name: 'shop',
      services: [
        { name: 'web', image: 'registry.example.com/shop/web:$TAG' },
        { name: 'cache', image: 'redis:7.4' },
      ],
    })
    expect(text).toBe(readFileSync(composePath, 'utf8'))
  })

  it('leave out services with profiles', () => {
    const { services } = parse('services:\n  web: {image: shop:1}\n  tool: {image: shop:1, profiles: [tools]}\n')

    expect(services.map(({ name }) => name)).toEqual(['web'])
  })

  it.each([
    ['', 'compose.yml:1:1: a compose file is a map with the key services'],
    ['- a\n', 'compose.yml:1:1: a compose file is a map'],
    ['name: shop\n', 'compose.yml:1:1: there are no services in it'],
    ['services: [a]\n', 'compose.yml:1:11: services must be a map, not a list'],
    ['name: My Shop\nservices: {web: {image: a}}\n', 'compose.yml:1:7: name must be lower-case letters'],
    ['services:\n  web:\n    build: .\n', 'compose.yml:2:3: services.web has a build and no image'],
    ['services:\n  web: {command: a}\n', 'compose.yml:2:3: services.web has no image'],
    ['services:\n  web: a\n', 'compose.yml:2:8: services.web must be a map, not text'],
    ['services:\n  "a b": {image: a}\n', 'compose.yml:2:3: services.a b cannot name a service'],
    ['services:\n  web: {image: a, profiles: [x]}\n', 'compose.yml:1:1: every service of it has profiles'],
    [serviceOf('    env_file: [web.env]\n'), 'compose.yml:4:16: "web.env" is not uploaded'],
    [serviceOf('    volumes: ["./data:/data"]\n'), 'compose.yml:4:15: "./data:/data" is a folder beside this file'],
    [
      serviceOf('    volumes:\n    - {type: bind, source: data, target: /data}\n'),
      'compose.yml:5:28: "data" is a folder beside this file',
    ],
    [serviceOf('    extends: {file: base.yml, service: web}\n'), 'compose.yml:4:21: no other compose file is uploaded'],
    [`${serviceOf('')}secrets:\n  key: {file: ./key}\n`, 'compose.yml:5:15: "./key" is not uploaded'],
    [`${serviceOf('')}include: [base.yml]\n`, 'compose.yml:4:10: no other compose file is uploaded'],
    ['services:\n  web: {image: a\n', 'compose.yml:'],
  ])('reject an invalid file with its position: %j', (text, words) => {
    expect(() => parse(text)).toThrow(words)
  })

  it('require env_file when the compose file names .env', () => {
    const text = serviceOf('    env_file: .env\n')

    expect(() => parse(text, false)).toThrow('compose.yml:4:15: there will be no .env')
    expect(parse(text).services).toHaveLength(1)
  })

  it.each([
    '    env_file: /etc/shop.env\n',
    '    volumes: ["data:/data", "/srv/data:/srv", "/only"]\n',
    '    build: .\n',
    '    extends: {service: base}\n',
  ])('accept files and folders that are on the servers: %j', (lines) => {
    expect(parse(serviceOf(lines)).services).toHaveLength(1)
  })

  it('reject a file that is too large', async () => {
    const path = writeFile(`# ${'x'.repeat(300_000)}\nservices: {web: {image: a}}\n`)

    await expect(readCompose(path, { hasEnvFile: false })).rejects.toThrow('more than 256 KB is not uploaded')
  })
})

describe('readEnvFile', () => {
  it('returns the text unchanged', async () => {
    expect(await readEnvFile(envPath)).toBe(readFileSync(envPath, 'utf8'))
  })

  it('rejects invalid lines by number without printing them', async () => {
    const path = writeFile(
      'TAG=1\nnot-a-real-one\nexport A = "not-a-real\nB=\'not-a-real\nCOMPOSE_PROFILES=x\nC="a\\"b" # fine\n',
    )

    const words = await readEnvFile(path).catch((error: Error) => error.message)

    expect(words).toBe(
      [
        `${path}:2: there is no NAME= in this line`,
        `${path}:3: a quote is opened and not closed in this line`,
        `${path}:4: a quote is opened and not closed in this line`,
        `${path}:5: COMPOSE_PROFILES configures Docker Compose itself, which maestro does`,
      ].join('\n'),
    )
  })
})

function writeFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-services-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'file'), text)
  return join(folder, 'file')
}
