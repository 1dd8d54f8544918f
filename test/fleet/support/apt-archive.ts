import type { FleetServer } from './fleet.ts'
import { asRoot } from './inside.ts'

type Archive = {
  readonly name: string
  /** Fields of its Release file. */
  readonly release: Readonly<Record<'Origin' | 'Label' | 'Suite' | 'Codename', string>>
  /** Shell that puts packages into the current folder; \`deb NAME VERSION [CONTROL-LINE]\` makes one of no content, for $architecture where that is set. */
  readonly packages: string
}

/** An apt archive in a folder of the server, with a source for it. */
export const addArchive = (server: FleetServer, { name, release, packages }: Archive): Promise<string> =>
  asRoot(
    server,
    `deb() {
      mkdir -p /tmp/deb/DEBIAN
      name=$1 version=$2
      shift 2
      printf '%s\\n' "Package: $name" "Version: $version" "Architecture: \${architecture:-all}" 'Maintainer: nobody <root@localhost>' 'Description: x' "$@" \\
        >/tmp/deb/DEBIAN/control
      dpkg-deb --root-owner-group --build /tmp/deb "\${name}_$version.deb" >/dev/null
    }
    mkdir -p /srv/${name}
    cd /srv/${name}
    ${packages}
    for file in *.deb; do
      dpkg-deb --field "$file"
      printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
    done >Packages
    printf '%s\\n' ${Object.entries(release)
      .map(([field, value]) => `'${field}: ${value}'`)
      .join(' ')} "Date: $(date -Ru)" 'SHA256:' \\
      " $(sha256sum Packages | cut -d ' ' -f 1) $(stat -c %s Packages) Packages" >Release
    echo "deb [trusted=yes] file:/srv/${name} ./" >/etc/apt/sources.list.d/${name}.list
    apt-get -qq update`,
  )

/** The installed version of each package, where there is one. */
export async function versionsOf(
  server: FleetServer,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const said = await asRoot(server, `dpkg-query -W -f '\${Package} \${Version}\\n' ${names.join(' ')}`)
  return Object.fromEntries(said.split('\n').map((line) => line.split(' ')))
}
