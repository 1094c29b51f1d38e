/**
 * The lockfile names every package that another one in it may want, on every platform. npm writes it with holes where a
 * registry lacks a platform's package, and then `npm ci` refuses it everywhere.
 */
import { finding } from './source.ts'
import type { Rule } from './source.ts'

interface Entry {
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}

export const lockfile: Rule = {
  name: 'the lockfile has no holes',
  check: (source) =>
    source.path === 'package-lock.json'
      ? holesIn(source.text).map((hole) => finding(source, 0, hole))
      : [],
  fault: {
    path: 'package-lock.json',
    text: JSON.stringify({
      packages: { 'node_modules/a': { optionalDependencies: { 'a-darwin-arm64': '1.0.0' } } },
    }),
  },
}

function holesIn(text: string): string[] {
  const { packages } = JSON.parse(text) as { packages: Record<string, Entry> }
  return Object.entries(packages).flatMap(([place, entry]) => {
    const wanted = [entry.dependencies, entry.devDependencies, entry.optionalDependencies]
    return wanted
      .flatMap((names) => Object.keys(names ?? {}))
      .filter((name) => !placesOf(place, name).some((one) => one in packages))
      .map((name) => `${place} wants ${name}`)
  })
}

/** Where Node looks for `name` from a package's folder, from the inside out. */
function placesOf(place: string, name: string): string[] {
  const inside = `${place}/node_modules/${name}`.replace(/^\//, '')
  const outer = place.lastIndexOf('node_modules/')
  if (outer <= 0) return [inside, `node_modules/${name}`]
  return [inside, ...placesOf(place.slice(0, outer - 1), name)]
}
