import { describe, expect, it } from 'vitest'
import { launchOf } from '../../../src/operations/weave/launch.ts'
import { buildLaunch } from '../../support/builders/build-mesh.ts'

// As a router of 2.2.0 tells its command line, launched with nothing.
const own =
  '--port 6783 --nickname web-1 --host-root=/host --docker-bridge docker0 --weave-bridge weave --datapath datapath --ipalloc-range 10.32.0.0/12 --dns-listen-address 172.17.0.1:53 --http-addr 127.0.0.1:6784 --status-addr 127.0.0.1:6782 --resolv-conf /var/run/weave/etc/resolv.conf -H unix:///var/run/weave/weave.sock --plugin --proxy'
const words = (text: string) => text.split(' ').filter((word) => word !== '')
const launch = (given: string, parts: Parameters<typeof buildLaunch>[0] = {}, targets: readonly string[] = []) =>
  launchOf(buildLaunch({ arguments: words(`${own} ${given}`), ...parts }), targets)

const kept = '--nickname web-1 --ipalloc-range 10.32.0.0/12'

describe('launchOf', () => {
  it('leaves out arguments that the script adds, and passes variables on', () => {
    expect(launch('')).toEqual({
      arguments: words(kept),
      variables: [
        'WEAVE_PORT=6783',
        'DOCKER_BRIDGE=docker0',
        'WEAVE_HTTP_ADDR=127.0.0.1:6784',
        'WEAVE_STATUS_ADDR=127.0.0.1:6782',
      ],
    })
  })

  it.each([
    ['--trusted-subnets 10.0.0.0/8 --no-discovery', `${kept} --trusted-subnets 10.0.0.0/8 --no-discovery`],
    ['--log-level=debug --no-dns', `${kept} --log-level=debug --no-dns`],
    ['--plugin=false --proxy=false', `${kept} --plugin=false --proxy=false`],
    ['-nickname other', '--ipalloc-range 10.32.0.0/12 -nickname other'],
    ['--ipalloc-range 10.2.0.0/16 --ipalloc-range 10.3.0.0/16', '--nickname web-1 --ipalloc-range 10.3.0.0/16'],
    ['--dns-listen-address 10.0.0.1:53', `${kept} --dns-listen-address 10.0.0.1:53`],
    ['-H tcp://127.0.0.1:9999 -H tcp://127.0.0.1:9998', `${kept} -H tcp://127.0.0.1:9999 -H tcp://127.0.0.1:9998`],
  ])('keeps %s', (given, wanted) => {
    expect(launch(given)).toMatchObject({ arguments: words(wanted) })
  })

  it('launches with the peers that the router connects to now', () => {
    const targets = ['web-1', 'web-2', 'web-3:6784']

    expect(launch('web-1 web-2', {}, targets)).toMatchObject({ arguments: [...words(kept), ...targets] })
  })

  it('launches without peers where the router discovers them', () => {
    expect(launch('--resume', {}, ['web-1'])).toMatchObject({ arguments: words(`${kept} --resume`) })
  })

  it('does not restart by Docker where it did not before', () => {
    expect(launch('', { restarts: false })).toMatchObject({ arguments: words(`--no-restart ${kept}`) })
  })

  it('passes the API version to the router, which the script gives only to its tools', () => {
    const variables = ['WEAVE_MTU=1376', 'DOCKER_API_VERSION=1.44']

    expect(launchOf(buildLaunch({ variables }), [])).toEqual({
      arguments: [],
      variables: [...variables, 'WEAVE_DOCKER_ARGS=-e DOCKER_API_VERSION=1.44'],
    })
  })

  it('only starts the unit where systemd manages the router', () => {
    expect(launch('--strange', { hasUnit: true }, ['web-1'])).toEqual({ arguments: [], variables: [] })
  })

  it('rejects an unknown option', () => {
    expect(launch('--strange value')).toEqual({ unknown: '--strange' })
  })
})
