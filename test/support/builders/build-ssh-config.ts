import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RandomInt } from './seeded-random.ts'

export const hosts = [
  ...['web-1', 'web-2', 'web-3', 'WEB-1', 'db-1', 'a.example.org', 'b.example.org'],
  ...['10.0.0.7', '2001:DB8::1', 'gate'],
]

// Lists of what is common, and of what is odd, wrong, or read in another way by one version of ssh or another.
type Lists = { readonly common: readonly string[]; readonly odd: readonly string[] }

const patterns: Lists = {
  common:
    `web-* web-1 web-2 web-? * !web-1 db-* *.example.org WEB-* WEB-1 10.0.0.* !* w*1 gate "web-1" w*b-? 2001:*`.split(
      ' ',
    ),
  odd: [`"web-2" # mine`, `'web-1'`, `web-"1"`, 'web\\-1', '#web-1', '!!web-1', '""'],
}

const options: Lists = {
  common: `HostName 203.0.113.9;HostName %h.example.org;HostName "UPPER.example.org";HostName gate;hostname  2001:DB8::2
User ana;User=bob;User "carl";User dora # remark;Port 2222;Port = 2022;Port "22";port 022;Port\t2022
IdentityFile ~/.ssh/one;IdentityFile ~/.ssh/%h;IdentityFile "~/.ssh/with space";IdentityFile %d/two
ProxyJump gate;ProxyJump none;ProxyJump ana@bastion:22;ProxyCommand nc %h %p;ControlPath ~/.ssh/%r@%h:%p
HostKeyAlias same;HostKeyAlias "alias of %h";StrictHostKeyChecking accept-new;IdentitiesOnly yes;ConnectTimeout 7
UserKnownHostsFile ~/.ssh/%k /tmp/known;UserKnownHostsFile %d/known;UserKnownHostsFile ~/known-%r;AddressFamily inet6
IdentityAgent ~/agent-%C;IdentityAgent $HOME;IdentityAgent \${HOME}/agent;HashKnownHosts yes;SendEnv LANG
# HostName not.this;  # Host *;;\t;ServerAliveInterval 15;IgnoreUnknown Foo*;User eve\r`.split(/[;\n]/),
  odd: `HostName=%%h;HostName web-1 web-2;HostName web-%h;hostname -oops;hostname %n;USER %h;User \${HOME};User -d;User 'e'
Port ssh;Port 70000;Port 0;ProxyJump web-1;ProxyJump %h-gate;ProxyJump GATE;ControlPath %z;Compression
ProxyCommand sh -c "nc '%h' %p" # no remark;"User" quoted;User == x;= User x;FooBar yes`.split(/[;\n]/),
}

const matches: Lists = {
  common: `all;ALL;host web-*;host *.example.org;host upper.*,web-1;host 203.*;!host web-*;host !web-1,*
originalhost web-*;originalhost WEB-1;Host web-1 originalhost web-*;!originalhost gate host *`.split(/[;\n]/),
  odd: [
    'user ana',
    'localuser root',
    'host "web-1"',
    'host=web-1',
    'host web-1 # remark',
    'host',
    'host web-1 user ana',
  ],
}

/** A config of lines drawn at random, most of them sound; what it includes is written into the folder. */
export function buildSshConfig(random: RandomInt, folder: string, depth = 0): string {
  const one = (list: readonly string[]) => list[random(list.length)] ?? ''
  const from = ({ common, odd }: Lists) => one(random(30) === 0 ? odd : common)
  const some = (draw: () => string) => Array.from({ length: 1 + random(3) }, draw).join(' ')
  const include = (): string => {
    const [first = '', ...others] = Array.from({ length: 1 + random(2) }, () =>
      join(folder, `part-${depth}-${random(1e9)}`),
    )
    for (const path of [first, ...others]) writeFileSync(path, buildSshConfig(random, folder, depth + 1))
    return `Include ${one([[first, ...others].join(' '), `"${first}"`, `${first.slice(0, -1)}*`])}`
  }
  const line = (): string => {
    const kind = random(18)
    if (kind < 9) return from(options)
    if (kind < 13) return `${one(['Host ', 'host ', 'Host=', '  Host\t'])}${some(() => from(patterns))}`
    if (kind < 15) return `Host ${one(hosts)}\n  HostName 192.0.2.${random(9)}\n  User ${one(['ana', 'bob'])}`
    if (kind === 15) return `Match ${from(matches)}`
    return depth === 2 ? `Host ${some(() => one(hosts))}` : include()
  }
  return `${Array.from({ length: random(14) }, line).join('\n')}\n`
}
