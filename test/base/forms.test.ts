import { describe, expect, it } from 'vitest'
import * as forms from '../../src/base/forms.ts'

const digits = (count: number) => 'a1'.repeat(count / 2)

const good: Readonly<Record<keyof typeof forms, readonly string[]>> = {
  packageName: ['bash', 'libstdc++6', 'libc6:i386', 'linux-image-6.8.0-45-generic', 'g++'],
  packageVersion: ['1.0', '5:27.3.1-1~ubuntu.24.04~noble', '2.36-9+deb12u4', '1:1.2.11.dfsg-4'],
  packageWithVersion: ['docker-ce=5:27.3.1-1~ubuntu.24.04~noble', 'libc6:i386=2.36-9'],
  packagePattern: ['bash', 'linux-image-*', '*'],
  aptOrigin: ['Docker:bookworm', 'origin=Docker,codename=bookworm', 'site=packages.example.com'],
  unitName: ['nginx.service', 'getty@tty1.service', 'dev-disk-by\\x2duuid.swap', 'cron'],
  haproxyName: ['web', 'web-1', 'web_2.example:80'],
  host: ['203.0.113.1', '2001:db8::1', 'web-1', 'shop.example.com'],
  ipAddress: ['203.0.113.1', '2001:db8::1'],
  userName: ['deploy', 'EXAMPLE\\ana', 'ana@example.com', 'machine$'],
  hostKey: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5', 'sk-ssh-ed25519@openssh.com AAAA=='],
  sha256: [digits(64)],
  imageId: [digits(64), `sha256:${digits(64)}`],
  containerId: [digits(64)],
  pinnedImage: [`weaveworks/weave@sha256:${digits(64)}`, `registry.example.com:5000/a/b:2.8@sha256:${digits(64)}`],
  composeService: ['web', 'Web_2.x-y'],
  composeProject: ['shop', '2_shop-b'],
  imageReference: ['redis:7.4', 'registry.example.com:5000/shop/web:v2', 'a@sha256:00'],
  configurationHash: [digits(64)],
  versionWord: ['27.5.1', 'latest', '2.8.1-ce', '5:27.3.1~3'],
  kernelRelease: ['6.8.0-45-generic', '6.1.0-0.deb11.13-cloud-amd64'],
  machineId: [digits(32)],
  bootId: ['0a1b2c3d-0000-4000-8000-000000000000'],
  webUrl: ['https://shop.example.com/up', 'http://localhost:8080/a b', 'http://[::1]:8080/'],
  repositoryUrl: ['https://download.docker.com/linux/{id}', 'http://mirror.example.com:8080/docker'],
}

const bad = [
  '',
  '-x',
  '-oDPkg::Pre-Invoke=x',
  '--help',
  'a b',
  'a;id',
  'a\nb',
  'a\0b',
  '$(id)',
  '`id`',
  'a|b',
  '\u202ea',
]

describe.each(Object.entries(forms))('the form %s', (name, { matches, limit, what }) => {
  it.each(good[name as keyof typeof forms])('has %s', (word) => {
    expect(matches(word)).toBe(true)
  })

  it.each(bad)('has not %j', (word) => {
    expect(matches(word)).toBe(false)
  })

  it('has an end, and words for people', () => {
    expect(matches('a'.repeat(limit + 1))).toBe(false)
    expect(what).toMatch(/^(a|an|the|one) /)
  })
})
