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

describe('a launch like the one before', () => {
  it('leaves out what the script gives by itself, and keeps by variables what it takes from them', () => {
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

  it('has the peers that the router connects to by now, whichever it was launched with', () => {
    const targets = ['web-1', 'web-2', 'web-3:6784']

    expect(launch('web-1 web-2', {}, targets)).toMatchObject({ arguments: [...words(kept), ...targets] })
  })

  it('has none where the router knows them by itself', () => {
    expect(launch('--resume', {}, ['web-1'])).toMatchObject({ arguments: words(`${kept} --resume`) })
  })

  it('is without a restart by Docker where there was none', () => {
    expect(launch('', { restarts: false })).toMatchObject({ arguments: words(`--no-restart ${kept}`) })
  })

  it('hands the version of the API on to the router, which the script gives its tools alone', () => {
    const variables = ['WEAVE_MTU=1376', 'DOCKER_API_VERSION=1.44']

    expect(launchOf(buildLaunch({ variables }), [])).toEqual({
      arguments: [],
      variables: [...variables, 'WEAVE_DOCKER_ARGS=-e DOCKER_API_VERSION=1.44'],
    })
  })

  it('is nothing but a start where a unit has it', () => {
    expect(launch('--strange', { hasUnit: true }, ['web-1'])).toEqual({ arguments: [], variables: [] })
  })

  it('is not known where an option is not', () => {
    expect(launch('--strange value')).toEqual({ unknown: '--strange' })
  })
})
